/*
 * accepted: when an entry is about a finding.
 */
#include "check/rules/accepted.h"

#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "dataset/schema/declared.h"
#include "dataset/schema/descriptor.h"
#include "dataset/schema/type_time.h"
#include "dataset/schema/value.h"

#define DAY 86400

const char *const check_accept_words[] = {"rule", "path",  "name", "column",
					  "key",  "until", "why",  NULL};

static void read_until(check_accept *a, vv_descriptor *d, const vv_json *node)
{
	vv_moment m;

	a->end = INT64_MAX;
	if (!a->until) return;
	if (!vv_type_is_date(a->until, strlen(a->until)) ||
	    !vv_type_read_moment(&m, VV_TYPE_DATE, a->until, strlen(a->until))) {
		vv_descriptor_fail(d, vv_json_get(node, "until"),
				   "must be a date, such as 2027-03-01");
		return;
	}
	a->end = (vv_value_days(m.year, m.month, m.day) + 1) * DAY;
	a->why = vv_arena_printf(d->arena, "%s (until %s)", a->why, a->until);
	vv_descriptor_note(d, vv_alloc_ok(a->why, d->err));
}

void check_accept_read(check_accept *out, vv_descriptor *d, const vv_json *node)
{
	const vv_json *path = vv_json_get(node, "path");
	size_t count;

	out->name = vv_descriptor_text(d, node, "name");
	out->column = vv_descriptor_text(d, node, "column");
	out->key = vv_descriptor_text(d, node, "key");
	out->until = vv_descriptor_text(d, node, "until");
	out->why = vv_descriptor_text(d, node, "why");
	if (!path || !out->why || !*out->why) {
		vv_descriptor_fail(d, node, "needs a 'rule', a 'path' and a reason, 'why'");
		return;
	}
	out->paths = vv_descriptor_texts(d, &count, path);
	if (count == 0) {
		vv_descriptor_fail(d, path, "has no path");
	}
	read_until(out, d, node);
}

static bool is_key(const vv_finding *f, const char *key)
{
	const char *value = f->key ? memchr(f->key, '=', f->key_len) : NULL;
	size_t len = strlen(key);

	return value && ((len == f->key_len && memcmp(f->key, key, len) == 0) ||
			 (len == f->key_len - (size_t)(value + 1 - f->key) &&
			  memcmp(value + 1, key, len) == 0));
}

static bool is_about(const check_accept *a, const vv_finding *f)
{
	return (!a->column || (f->column && strcmp(a->column, f->column) == 0)) &&
	       (!a->name || (f->name && strcmp(a->name, f->name) == 0) ||
		(f->expected && strcmp(a->name, f->expected) == 0)) &&
	       (!a->key || is_key(f, a->key));
}

const char *check_accept_why(const check_accept *list, size_t count, const char *rule,
			     const char *path, const vv_finding *found, int64_t now)
{
	vv_array_each(list, count, a) {
		if (strcmp(a->rule->code, rule) == 0 && now < a->end &&
		    vv_ended_find(a->paths, it, vv_declared_pattern_has(*it, path)) &&
		    (!found || is_about(a, found))) {
			return a->why;
		}
	}
	return NULL;
}
