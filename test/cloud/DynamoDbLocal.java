import java.lang.reflect.Field;
import java.util.Arrays;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.main.ServerRunner;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;

/**
 * DynamoDB Local with three manners its own main lacks: it listens on 127.0.0.1 only, tells nobody of its use, and ends
 * within seconds of the process that started it. Takes the same arguments and prints its address once it listens.
 */
public class DynamoDbLocal {
  public static void main(String[] arguments) throws Exception {
    ProcessHandle parent = ProcessHandle.current().parent().orElseThrow();
    parent.onExit().thenRun(() -> Runtime.getRuntime().halt(0));

    String[] quiet = Arrays.copyOf(arguments, arguments.length + 1);
    quiet[arguments.length] = "-disableTelemetry";
    DynamoDBProxyServer proxy = ServerRunner.createServerFromCommandLineArgs(quiet);
    ServerConnector connector = connectorOf(proxy);
    connector.setHost("127.0.0.1");
    proxy.start();
    System.out.println("listening on 127.0.0.1:" + connector.getPort());
    proxy.join();
  }

  /** The address cannot be given from outside. */
  private static ServerConnector connectorOf(DynamoDBProxyServer proxy) throws ReflectiveOperationException {
    Field field = DynamoDBProxyServer.class.getDeclaredField("server");
    field.setAccessible(true);
    Connector[] connectors = ((Server) field.get(proxy)).getConnectors();
    if (connectors.length != 1) throw new IllegalStateException(connectors.length + " connectors instead of one");
    return (ServerConnector) connectors[0];
  }
}
