/*
 * rules: knows how the blocks of varve.json lie over each other: for each rule the last
 * block that matches the path and names the rule tells, and only that one.
 */
#include "dataset/check/rules.h"

#include <string.h>

#include "base/json.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/check/rules_internal.h"

void vv_rules_file_free(vv_rules_file *f)
{
	if (f) {
		vv_arena_clear(&f->arena);
		vv_free(f);
	}
}

vv_on_commit vv_rules_on_commit(const vv_rules_file *f)
{
	return f ? f->on_commit : VV_ON_COMMIT_OFF;
}

vv_severity vv_rules_fail_on(const vv_rules_file *f)
{
	return f ? f->fail_on : VV_SEVERITY_ERROR;
}

bool vv_rules_limit(const vv_rules_file *f, uint64_t *limit)
{
	if (f && f->has_limit) {
		*limit = f->limit;
	}
	return f && f->has_limit;
}

bool vv_rules_match(const char *pattern, const char *path)
{
	if (!strchr(pattern, '/')) {
		return vv_path_match(pattern, vv_path_base(path));
	}
	return vv_path_match(pattern[0] == '/' ? pattern + 1 : pattern, path);
}

static bool block_has(const vv_rules_block *b, const char *path)
{
	for (size_t i = 0; b->paths && b->paths[i]; i++) {
		if (vv_rules_match(b->paths[i], path)) {
			return true;
		}
	}
	return !b->paths;
}

bool vv_rules_left_out(const vv_rules_file *f, const char *path)
{
	bool out = false;

	for (size_t i = 0; f && i < f->block_count; i++) {
		if (f->blocks[i].says_check && block_has(&f->blocks[i], path)) {
			out = !f->blocks[i].check;
		}
	}
	return out;
}

/* The settings of the last block for the path that names the rule; *count 0: none does. */
static const vv_rule_setting *find_settings(const vv_rules_file *f, const char *path,
					    const vv_rule *rule, size_t *count)
{
	const vv_rule_setting *found = NULL;

	*count = 0;
	for (size_t i = 0; f && i < f->block_count; i++) {
		const vv_rules_block *b = &f->blocks[i];
		size_t from = 0, to;

		while (from < b->count && b->settings[from].rule != rule) {
			from++;
		}
		for (to = from; to < b->count && b->settings[to].rule == rule; to++) {
		}
		if (to > from && block_has(b, path)) {
			found = b->settings + from;
			*count = to - from;
		}
	}
	return found;
}

vv_status vv_rule_set_for(vv_rule_set *out, const vv_rules_file *f, const char *path, vv_error *err)
{
	size_t room = 0, count;

	memset(out, 0, sizeof(*out));
	vv_arena_init(&out->arena);
	for (const vv_rule *r = vv_rules; r->code; r++) {
		find_settings(f, path, r, &count);
		room += count ? count : 1;
	}
	out->items = vv_arena_calloc(&out->arena, room, sizeof(*out->items));
	if (!out->items) {
		return vv_fail_nomem(err);
	}
	for (const vv_rule *r = vv_rules; r->code; r++) {
		const vv_rule_setting *given = find_settings(f, path, r, &count);

		if (count == 0) {
			out->items[out->count++] = (vv_rule_setting){
				.rule = r, .severity = r->by_default, .mostly = VV_BILLION};
			continue;
		}
		memcpy(out->items + out->count, given, count * sizeof(*given));
		out->count += count;
	}
	return VV_OK;
}

void vv_rule_set_clear(vv_rule_set *s)
{
	vv_arena_clear(&s->arena);
	s->items = NULL;
	s->count = 0;
}

const vv_rule_setting *vv_rule_set_get(const vv_rule_set *s, const char *code)
{
	for (size_t i = 0; i < s->count; i++) {
		if (s->items[i].severity != VV_SEVERITY_OFF &&
		    strcmp(s->items[i].rule->code, code) == 0) {
			return &s->items[i];
		}
	}
	return NULL;
}

vv_severity vv_rule_set_severity(const vv_rule_set *s, const char *code)
{
	vv_severity highest = VV_SEVERITY_OFF;

	for (size_t i = 0; i < s->count; i++) {
		if (strcmp(s->items[i].rule->code, code) == 0 && s->items[i].severity > highest) {
			highest = s->items[i].severity;
		}
	}
	return highest;
}

/* It cannot be turned off. */
static bool is_unchecked(const char *code)
{
	return strcmp(code, VV_RULE_UNCHECKED) == 0;
}

vv_severity vv_rule_set_unread(const vv_rule_set *s, const char **code)
{
	if (s && vv_rule_set_severity(s, *code) != VV_SEVERITY_ERROR) {
		*code = VV_RULE_UNCHECKED;
	}
	return VV_SEVERITY_ERROR;
}

static vv_status check_codes(const char *const *codes, size_t count, vv_error *err)
{
	for (size_t i = 0; i < count; i++) {
		const char *near;

		if (vv_rule_find(codes[i])) {
			continue;
		}
		vv_fail(err, VV_EUSAGE, "there is no rule '%s'", vv_text_shows(codes[i]));
		near = vv_rule_nearest(codes[i]);
		return near ? vv_hint(err, "did you mean '%s'?", near)
			    : vv_hint(err, "'varve check --list-rules' names them all");
	}
	return VV_OK;
}

static bool is_among(const char *code, const char *const *codes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(codes[i], code) == 0) {
			return true;
		}
	}
	return false;
}

vv_status vv_rule_set_only(vv_rule_set *s, const char *const *codes, size_t count, vv_error *err)
{
	vv_status rc = check_codes(codes, count, err);

	for (size_t i = 0; rc == VV_OK && i < s->count; i++) {
		vv_rule_setting *item = &s->items[i];

		if (is_unchecked(item->rule->code)) {
			continue;
		}
		if (!is_among(item->rule->code, codes, count)) {
			item->severity = VV_SEVERITY_OFF;
		} else if (item->severity == VV_SEVERITY_OFF && !vv_rule_needs_bounds(item->rule)) {
			item->severity = VV_SEVERITY_ERROR;
			item->asked = true;
		}
	}
	return rc;
}

vv_status vv_rule_set_skip(vv_rule_set *s, const char *const *codes, size_t count, vv_error *err)
{
	vv_status rc = check_codes(codes, count, err);

	if (rc == VV_OK && is_among(VV_RULE_UNCHECKED, codes, count)) {
		vv_fail(err, VV_EUSAGE, "--skip %s: what could not be checked is never valid",
			VV_RULE_UNCHECKED);
		return vv_hint(err, "--accept %s PATH --why TEXT says why it is right all the same",
			       VV_RULE_UNCHECKED);
	}
	for (size_t i = 0; rc == VV_OK && i < s->count; i++) {
		if (is_among(s->items[i].rule->code, codes, count)) {
			s->items[i].severity = VV_SEVERITY_OFF;
		}
	}
	return rc;
}

bool vv_rule_setting_has(const vv_rule_setting *s, const char *column, size_t len)
{
	for (size_t i = 0; s->columns && s->columns[i]; i++) {
		if (strlen(s->columns[i]) == len && memcmp(s->columns[i], column, len) == 0) {
			return true;
		}
	}
	return !s->columns;
}
