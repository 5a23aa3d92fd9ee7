/** The figures of {@code /metrics} pushed to an OpenTelemetry receiver: OTLP over HTTP, as protobuf. */
@NullMarked
package io.joulegram.agent.otlp;

import org.jspecify.annotations.NullMarked;
