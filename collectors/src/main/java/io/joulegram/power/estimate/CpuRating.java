package io.joulegram.power.estimate;

/**
 * What a maker says of a processor.
 *
 * @param name the name without the maker's, such as {@code EPYC 9654}
 * @param cores how many cores a package has
 * @param tdpWatts thermal design power of a package
 */
record CpuRating(String name, int cores, double tdpWatts) {}
