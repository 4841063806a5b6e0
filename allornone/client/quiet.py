"""The SDK's own log, kept off stdout: results are written there."""

from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter


def quiet_core() -> None:
    """Have the SDK's core write errors only. May be called again; a runtime that somebody else set stays as it is."""
    logging = LoggingConfig(filter=TelemetryFilter(core_level="ERROR", other_level="ERROR"))
    try:
        Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=logging)))
    except RuntimeError:
        # Already set: by an earlier call of ours, or by the program that we are a library of.
        return
