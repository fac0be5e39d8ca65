#include "slo/commands/commands.hpp"

int main(int argc, char** argv) { return fleet::slo::run_slo_rules(argc, argv); }
