/** Tables that are shipped with the program. */
@NullMarked
package io.joulegram.table;

import org.jspecify.annotations.NullMarked;
