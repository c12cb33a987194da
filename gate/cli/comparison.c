/* Takes the options of one comparison; gives its commands and rules, or says which options do not go together. */
#include "comparison.h"

cli_comparison cli_default_comparison(void) {
    return (cli_comparison){.commands = gate_default_commands(),
                            .rules = gate_default_rules(),
                            .min_gain = -1,
                            .max_regression = -1,
                            .warmup = 1,
                            .seed = 1,
                            .same_output = true};
}

static bool check_options(const cli_syntax *syntax, cli_comparison *comparison) {
    const gate_commands *commands = &comparison->commands;
    gate_rules *rules = &comparison->rules;
    if (comparison->metric != NULL && !gate_find_metric(comparison->metric, &rules->metric))
        return cli_misuse(syntax, "there is no metric '%s'", comparison->metric);
    if (commands->counts_instructions && comparison->metric != NULL && rules->metric != GATE_INSTRUCTIONS)
        return cli_misuse(syntax, "--callgrind measures instructions and nothing else");
    if (!(rules->confidence >= 0.5 && rules->confidence < 1))
        return cli_misuse(syntax, "--confidence takes 50 %% to below 100 %%");
    return true;
}

bool cli_check_comparison(const cli_syntax *syntax, cli_comparison *comparison) {
    gate_commands *commands = &comparison->commands;
    gate_rules *rules = &comparison->rules;
    if (!check_options(syntax, comparison)) return false;
    rules->has_min_gain = comparison->min_gain >= 0;
    rules->min_gain = comparison->min_gain;
    rules->has_max_regression = comparison->max_regression >= 0;
    rules->max_regression = comparison->max_regression;
    rules->round_limit = (uint32_t)comparison->rounds;
    rules->seed = (uint64_t)comparison->seed;
    if (comparison->budget > 0) rules->budget = comparison->budget;
    commands->layout_count = (uint32_t)comparison->layouts;
    commands->warmup_rounds = (uint32_t)comparison->warmup;
    commands->ignores_output = !comparison->same_output;
    return gate_tells_layouts_apart(commands) ||
           cli_misuse(syntax, "all layouts would be one: use {layout}, or {binary} with a pattern, in both commands");
}

bool cli_changes_comparison(const cli_comparison *comparison) {
    const cli_comparison by_default = cli_default_comparison();
    const gate_commands *commands = &comparison->commands;
    const gate_rules *rules = &comparison->rules;
    bool has_text = comparison->metric != NULL || commands->relink != NULL || commands->prepare != NULL ||
                    commands->cleanup != NULL;
    bool has_number = comparison->rounds != 0 || comparison->layouts != 0 || comparison->warmup != by_default.warmup ||
                      comparison->seed != by_default.seed || commands->processor != by_default.commands.processor;
    bool has_quantity = comparison->min_gain >= 0 || comparison->max_regression >= 0 ||
                        rules->precision != by_default.rules.precision ||
                        rules->confidence != by_default.rules.confidence ||
                        commands->timeout != by_default.commands.timeout;
    return has_text || has_number || has_quantity || commands->counts_instructions || !comparison->same_output;
}
