/*
 * selected: --select and --skip: which rules a word names, and which stay on.
 */
#include "check/rules/rules.h"

#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/text.h"

/* A word may be the code of a rule's findings, the rule's name, "#tag" or "@owner". */
static bool names_line(const char *word, const vv_check_rule *line)
{
	if (*word == '@') return line->owner && strcmp(line->owner, word + 1) == 0;
	return (*word == '#' && vv_texts_have(line->tags, word + 1, strlen(word + 1))) ||
	       strcmp(line->rule->code, word) == 0 || vv_check_rule_is(line, word);
}

static bool names_any(const char *word, const vv_checks *c)
{
	const vv_check_rule *line;

	for (size_t i = 0; (line = vv_checks_next(c, NULL, &i));) {
		if (names_line(word, line)) return true;
	}
	return false;
}

static vv_status check_codes(const vv_rule_set *s, const char *const *codes, size_t count,
			     vv_error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (vv_rule_find(codes[i]) || names_any(codes[i], s->checks)) {
			continue;
		}
		if (*codes[i] == '#' || *codes[i] == '@') {
			return vv_fail(err, VV_EUSAGE,
				       "no rule has '%s'\nwrite tags and owners at the end of a "
				       "rule in %s",
				       vv_text_shows(codes[i]), VV_CHECKS_NAME);
		}
		vv_fail(err, VV_EUSAGE, "no such rule '%s'", vv_text_shows(codes[i]));
		const char *near = vv_rule_nearest(codes[i]);
		return near ? vv_hint(err, "did you mean '%s'?", near)
			    : vv_hint_code(err, VV_HINT_LIST_RULES);
	}
	return VV_OK;
}

static bool is_line_among(const vv_check_rule *line, const char *const *words, size_t count)
{
	return vv_array_find(words, count, it, names_line(*it, line)) != NULL;
}

bool vv_rule_set_uses(const vv_rule_set *s, const char *word)
{
	const vv_rule_setting *setting = vv_rule_set_get(s, word);

	return vv_array_find(s->lines, s->line_count, it,
			     it->severity != VV_SEVERITY_OFF && names_line(word, it)) ||
	       (setting && (setting->asked || !vv_rule_needs_bounds(setting->rule)));
}

vv_status vv_rule_set_only(vv_rule_set *s, const char *const *codes, size_t count, vv_error *err)
{
	vv_status rc = check_codes(s, codes, count, err);

	for (size_t i = 0; rc == VV_OK && i < s->count; i++) {
		vv_rule_setting *item = &s->items[i];

		if (strcmp(item->rule->code, VV_RULE_UNCHECKED) ==
		    0) { /* it cannot be turned off */
			continue;
		}
		if (!vv_text_is_among(item->rule->code, codes, count)) {
			item->severity = VV_SEVERITY_OFF;
		} else if (item->severity == VV_SEVERITY_OFF && !vv_rule_needs_bounds(item->rule)) {
			item->severity = VV_SEVERITY_ERROR;
			item->asked = true;
		}
	}
	for (size_t i = 0; rc == VV_OK && i < s->line_count; i++) {
		if (!is_line_among(&s->lines[i], codes, count)) {
			s->lines[i].severity = VV_SEVERITY_OFF;
		}
	}
	return rc;
}

vv_status vv_rule_set_skip(vv_rule_set *s, const char *const *codes, size_t count, vv_error *err)
{
	vv_status rc = check_codes(s, codes, count, err);

	if (rc == VV_OK && vv_text_is_among(VV_RULE_UNCHECKED, codes, count)) {
		return vv_fail(err, VV_EUSAGE,
			       "--skip %s: unchecked data is never valid\nuse '--accept %s PATH "
			       "--why TEXT' to accept it with a reason",
			       VV_RULE_UNCHECKED, VV_RULE_UNCHECKED);
	}
	for (size_t i = 0; rc == VV_OK && i < s->count; i++) {
		if (vv_text_is_among(s->items[i].rule->code, codes, count)) {
			s->items[i].severity = VV_SEVERITY_OFF;
		}
	}
	for (size_t i = 0; rc == VV_OK && i < s->line_count; i++) {
		if (is_line_among(&s->lines[i], codes, count)) {
			s->lines[i].severity = VV_SEVERITY_OFF;
		}
	}
	return rc;
}
