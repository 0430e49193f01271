import { inInvocation, type Telemetry } from "../runtime/invocation.ts";

/** The handler of what neither a client nor a state machine calls: a schedule or an event of a service. */
export function onEvent<S extends Telemetry, R>(
  load: () => S,
  work: (services: S, event: unknown) => Promise<R>,
): (event: unknown) => Promise<R> {
  return async (event) => {
    const services = load();
    return inInvocation(services, {}, () => work(services, event));
  };
}
