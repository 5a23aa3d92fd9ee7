package io.joulegram.agent.cli;

import io.joulegram.agent.report.Pricing;
import io.joulegram.agent.report.WhatIf;
import java.util.List;

/**
 * Other conditions for the same work.
 *
 * @param name what it is called
 * @param changes what is different, in words
 * @param pricing tells its intensities
 * @param whatIf changes what was used
 */
record Alternative(String name, List<String> changes, Pricing pricing, WhatIf whatIf) {}
