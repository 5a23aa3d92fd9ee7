package io.joulegram.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.joulegram", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] BINDINGS = {"io.joulegram.nvml..", "io.joulegram.rapl..", "io.joulegram.posix.."};
    private static final String[] COLLECTORS = {
        "io.joulegram.power..",
        "io.joulegram.tokens..",
        "io.joulegram.host..",
        "io.joulegram.grid..",
        "io.joulegram.table.."
    };

    @ArchTest
    static final ArchRule BINDINGS_STAND_ON_NOTHING = noClasses()
            .that()
            .resideInAnyPackage(BINDINGS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.joulegram.power..",
                    "io.joulegram.tokens..",
                    "io.joulegram.host..",
                    "io.joulegram.grid..",
                    "io.joulegram.table..",
                    "io.joulegram.agent..",
                    "org.slf4j..");

    @ArchTest
    static final ArchRule COLLECTORS_KNOW_NOTHING_OF_THE_AGENT = noClasses()
            .that()
            .resideInAnyPackage(COLLECTORS)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.joulegram.agent..");

    @ArchTest
    static final ArchRule BOOKS_TOUCH_NO_DEVICE = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.joulegram.agent.attribution..", "io.joulegram.agent.carbon..", "io.joulegram.agent.export..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.sun.jna..", "io.joulegram.nvml..", "io.joulegram.rapl..", "io.joulegram.posix..");

    @ArchTest
    static final ArchRule SCRAPES_READ_NO_DEVICE_AND_NO_FILE = noClasses()
            .that()
            .resideInAPackage("io.joulegram.agent.export..")
            .should()
            .dependOnClassesThat()
            .haveNameMatching(
                    "io\\.joulegram\\.power\\.(PowerSource|GpuSource)|java\\.nio\\.file\\.Files|java\\.io\\.FileInputStream");

    /** Else what is measured could be made to agree with the truth. */
    @ArchTest
    static final ArchRule THE_SIMULATION_KNOWS_NOTHING_OF_WHO_MEASURES_IT = noClasses()
            .that()
            .resideInAPackage("io.joulegram.agent.simulate..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.joulegram.agent",
                    "io.joulegram.agent.energy..",
                    "io.joulegram.agent.attribution..",
                    "io.joulegram.agent.carbon..",
                    "io.joulegram.agent.export..",
                    "io.joulegram.agent.serving..");

    @ArchTest
    static final ArchRule ENERGY_STANDS_BELOW_ATTRIBUTION = noClasses()
            .that()
            .resideInAPackage("io.joulegram.agent.energy..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.joulegram.agent.attribution..",
                    "io.joulegram.agent.carbon..",
                    "io.joulegram.agent.export..",
                    "io.joulegram.agent.serving..");

    @ArchTest
    static final ArchRule ATTRIBUTION_STANDS_BELOW_CARBON = noClasses()
            .that()
            .resideInAPackage("io.joulegram.agent.attribution..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.joulegram.agent.carbon..", "io.joulegram.agent.export..");
}
