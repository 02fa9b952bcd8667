/*
 * Reads the input as varve.json. What is taken gives a whole list of settings for any path.
 */
#include <stdlib.h>
#include <string.h>

#include "check/rules/rules.h"
#include "dataset/filter/condition.h"
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
	vv_rule_set_clear(&set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vv_rules_file *f;
	vv_error err;

	if (vv_rules_file_read(&f, (const char *)data, size, "varve.json", &err) < 0) {
		require(err.code == VV_EINPUT && err.message[0] != '\0');
		return 0;
	}
	check_set(f, "a.csv");
	check_set(f, "data/2024/b.csv");
	(void)vv_rules_left_out(f, "data/2024/b.csv");
	vv_rules_file_free(f);
	return 0;
}
