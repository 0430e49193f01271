"""LocalStack in this process; it ends, at once, when its standard input closes: when whoever started it is gone."""

import os
import threading


def end_with_parent():
    while os.read(0, 4096):
        pass
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()

from localstack.runtime.main import main  # noqa: E402

main()
