"""Lambda for LocalStack without containers: each environment is one Node process that runs the deployed archive."""

import json
import os
import select
import subprocess
import threading

from localstack import config
from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

NODE = os.environ["FUNCTION_NODE"]
BOOTSTRAP = os.environ["FUNCTION_BOOTSTRAP"]
LOGS = os.environ["FUNCTION_LOGS"]
# What every function finds in its environment beside what its template says.
ENVIRONMENT = json.loads(os.environ["FUNCTION_ENVIRONMENT"])


class NodeExecutor(RuntimeExecutor):
    def __init__(self, id, function_version):
        super().__init__(id=id, function_version=function_version)
        self.lock = threading.Lock()
        self.log_file = os.path.join(LOGS, f"{function_version.id.function_name}.{id}.log")

    def start(self, env_vars):
        self.environment = {name: str(value) for name, value in env_vars.items() if value is not None}
        self._start_process()

    def _start_process(self):
        folder = str(self.function_version.config.code.get_unzipped_code_location())
        # Not over the standard output: that is the function's own.
        answers, write_end = os.pipe()
        own = {"LAMBDA_TASK_ROOT": folder, "PATH": os.environ["PATH"], "ANSWERS_FD": str(write_end)}
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                [NODE, BOOTSTRAP],
                cwd=folder,
                env=self.environment | ENVIRONMENT | own,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=[write_end],
                text=True,
            )
        os.close(write_end)
        self.answers = os.fdopen(answers)
        if self.answers.readline() != "ready\n":
            raise Exception(f"The function did not start: {self.get_logs()}")

    def stop(self):
        self.process.kill()
        self.process.wait()

    def invoke(self, payload):
        with self.lock:
            # As in Lambda, a function that timed out or exited begins anew.
            if self.process.poll() is not None:
                self._start_process()
            timeout = self.function_version.config.timeout
            self.process.stdin.write(json.dumps({**payload, "timeout": timeout}) + "\n")
            self.process.stdin.flush()
            readable, _, _ = select.select([self.answers], [], [], timeout)
            if not readable:
                self.stop()
                return self._failed(payload, "Sandbox.Timedout", f"Task timed out after {timeout}.00 seconds")
            line = self.answers.readline()
            if not line:
                self.process.wait()
                return self._failed(payload, "Runtime.ExitError", "Runtime exited")
            answer = json.loads(line)
            return self._result(payload, answer["body"], answer["isError"])

    def _failed(self, payload, error, message):
        said = f"RequestId: {payload['invoke-id']} Error: {message}"
        return self._result(payload, json.dumps({"errorType": error, "errorMessage": said}), True)

    def _result(self, payload, body, is_error):
        return InvocationResult(payload["invoke-id"], body.encode(), is_error, self.get_logs())

    def get_logs(self):
        with open(self.log_file, "rb") as log:
            return log.read()[-4000:].decode(errors="replace")

    def get_address(self):
        return "127.0.0.1"

    def get_endpoint_from_executor(self):
        return "127.0.0.1"

    def get_runtime_endpoint(self):
        return f"http://127.0.0.1:{config.GATEWAY_LISTEN[0].port}"

    @classmethod
    def prepare_version(cls, function_version):
        function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version):
        pass


class NodeExecutorPlugin(RuntimeExecutorPlugin):
    name = "node"

    def load(self, *args, **kwargs):
        return NodeExecutor
