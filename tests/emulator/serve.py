"""CloudFormation, S3, STS and more by ministack, SageMaker and autoscaling by moto, on one port.

Binds 127.0.0.1 on a free port, prints one line of JSON when it is ready, and ends when its standard
input does, or on SIGTERM: all state is in memory.
"""

import asyncio
import json
import os
import socket
import sys
import threading


def end_with_parent():
    """Ends with the process that holds the other end of the pipe."""
    sys.stdin.buffer.read()
    os._exit(0)


# Before the imports, which take seconds.
threading.Thread(target=end_with_parent, daemon=True).start()

LISTENER = socket.socket()
LISTENER.bind(("127.0.0.1", 0))
PORT = LISTENER.getsockname()[1]
URL = f"http://127.0.0.1:{PORT}"

# Read while ministack and moto are imported.
os.environ.update(
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
    # Neither looks for containers.
    DOCKER_HOST="unix:///nonexistent",
    GATEWAY_PORT=str(PORT),
    IOT_MTLS_ENABLED="0",
    LOG_LEVEL=os.environ.get("LOG_LEVEL", "CRITICAL"),
    MINISTACK_ACCOUNT_ID="123456789012",
    MINISTACK_HOST="127.0.0.1",
    MINISTACK_REGION="us-east-1",
    SFTP_ENABLED="0",
)

import controls  # noqa: E402
import ministack_cloudformation  # noqa: E402
import moto_sagemaker  # noqa: E402
import resources  # noqa: E402
from hypercorn.asyncio import serve  # noqa: E402
from hypercorn.config import Config  # noqa: E402
from hypercorn.middleware import AsyncioWSGIMiddleware  # noqa: E402
from ministack.app import app as ministack  # noqa: E402
from moto.backends import get_backend  # noqa: E402
from moto.moto_server.werkzeug_app import (  # noqa: E402
    DomainDispatcherApplication,
    create_backend_app,
)

# By the name in the signature's scope.
MOTO_SERVICES = {b"sagemaker", b"application-autoscaling"}


def for_moto(scope):
    authorization = dict(scope["headers"]).get(b"authorization", b"")
    parts = authorization.partition(b"Credential=")[2].split(b"/")
    return len(parts) > 3 and parts[3] in MOTO_SERVICES


async def control(scope, receive, send):
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    status, answer = controls.handle(scope["path"], body)
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(answer).encode()})


def dispatcher():
    moto = AsyncioWSGIMiddleware(DomainDispatcherApplication(create_backend_app), 2**22)

    async def app(scope, receive, send):
        if scope["type"] == "http" and scope["path"].startswith(controls.PREFIX):
            await control(scope, receive, send)
        elif scope["type"] == "http" and for_moto(scope):
            await moto(scope, receive, send)
        elif scope["type"] == "lifespan":

            async def announce(message):
                await send(message)
                if message["type"] == "lifespan.startup.complete":
                    print(json.dumps({"url": URL, "pid": os.getpid()}), flush=True)

            await ministack(scope, receive, announce)
        else:
            await ministack(scope, receive, send)

    return app


async def main():
    # Answers wait in the queue until the server takes over.
    LISTENER.listen(128)
    config = Config()
    config.bind = [f"fd://{LISTENER.fileno()}"]
    config.loglevel = "CRITICAL"
    await serve(dispatcher(), config, shutdown_trigger=asyncio.Event().wait)


if __name__ == "__main__":
    ministack_cloudformation.install()
    moto_sagemaker.install()
    resources.install()
    # Imported now rather than in a request.
    for service in ("sagemaker", "applicationautoscaling"):
        get_backend(service)
    asyncio.run(main())
