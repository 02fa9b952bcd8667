/*
 * Reads the input as varve.json, or as varve.checks if it begins with a section. Accepted input has a complete list of settings for any path.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "check/rules/rules.h"
#include "dataset/rows/condition.h"
#include "tests/fuzz/fuzz.h"

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void check_set(const vv_rules_file *f, const char *path)
{
	vv_rule_set set;
	vv_error err;
	size_t at = 0;

	require(vv_rule_set_for(&set, f, path, &err) == VV_OK);
	for (const vv_rule *r = vv_rules; r->code; r++) {
		require(at < set.count && set.items[at].rule == r);
		for (; at < set.count && set.items[at].rule == r; at++) {
			const vv_rule_setting *s = &set.items[at];

			require(s->mostly <= VV_BILLION && s->severity <= VV_SEVERITY_ERROR);
			require(!s->condition ||
				vv_condition_check(s->condition, strlen(s->condition), &err) ==
					VV_OK);
		}
	}
	require(at == set.count);
	for (size_t i = 0; i < set.line_count; i++) {
		const vv_check_rule *line = &set.lines[i];

		require(line->rule && line->text && line->line > 0);
		require((line->columns != NULL) ==
			(line->kind == VV_CHECK_UNIQUE || line->kind == VV_CHECK_REFERENCES));
		require((line->condition != NULL) != (line->columns != NULL));
		require(line->kind != VV_CHECK_SELECT ||
			strncasecmp(line->condition, "select", 6) == 0);
	}
	vv_rule_set_clear(&set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	vv_rules_file *f = NULL;
	vv_error err;
	vv_status rc = size > 0 && data[0] == '['
			       ? vv_rules_file_add(&f, text, size, "varve.checks", &err)
			       : vv_rules_file_read(&f, text, size, "varve.json", &err);

	if (rc < 0) {
		require(err.code == VV_EINPUT && err.message[0] != '\0');
		vv_rules_file_free(f);
		return 0;
	}
	check_set(f, "a.csv");
	check_set(f, "data/2024/b.csv");
	(void)vv_rules_left_out(f, "data/2024/b.csv");
	vv_rules_file_free(f);
	return 0;
}
