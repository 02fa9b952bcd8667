/*
 * rules: the words of varve.json (which members there are, and what each rule may be
 * given), and how its blocks lie over each other: for each rule the last block that matches
 * the path and names the rule decides, and only that one.
 */
#include "check/rules/rules.h"

#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/json/json.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "check/rules/accepted.h"
#include "dataset/rows/condition.h"
#include "dataset/schema/declared.h"
#include "dataset/schema/descriptor.h"
#include "diff/merge/rules.h"

/* The rules of the whole project (the first, without paths), or of some datasets. */
typedef struct vv_rules_block {
	const char *const *paths;  /* patterns, NULL-ended; NULL: every path */
	vv_rule_setting *settings; /* settings of one rule are adjacent */
	size_t count;
	bool says_check, check;
} vv_rules_block;

struct vv_rules_file {
	vv_arena arena; /* memory of all */
	check_accept *accepts;
	size_t accept_count;
	vv_rules_block *blocks; /* in the order of the file: a later one overrides an earlier */
	size_t block_count;
	vv_on_commit on_commit;
	vv_severity fail_on;
	bool has_limit;
	uint64_t limit;
	vv_checks *checks; /* or NULL */
	/* of the text of varve.json, and of this hash and the text of varve.checks */
	uint8_t json_hash[VV_SHA256_LEN], hash[VV_SHA256_LEN];
};

/* The file being read. */
typedef struct reader {
	vv_rules_file *out;
	vv_descriptor d;
} reader;

static const char *const top_words[] = {"$schema",  "version", "description", "onCommit",
					"failOn",   "limit",   "accept",      "rules",
					"datasets", "merge",   "keep",        NULL};
static const char *const dataset_words[] = {"path",  "description", "encoding",
					    "check", "rules",       NULL};
static const char *const setting_words[] = {"severity",  "title", "description", "columns",
					    "mostly",    "min",   "max",         "maxAge",
					    "condition", NULL};
static const char *const severity_words[] = {"off", "warning", "error", NULL};
static const char *const commit_words[] = {"off", "warn", "refuse", NULL};

static const char *nearest_word(const char *word, const char *const *words)
{
	vv_nearest near = vv_nearest_to(word);
	for (; *words; words++) {
		(void)vv_nearest_try(&near, *words);
	}
	return near.best;
}

static bool is_word(const char *word, const char *const *words, size_t *place)
{
	const char *const *found = vv_ended_find(words, it, strcmp(*it, word) == 0);

	*place = found ? (size_t)(found - words) : 0;
	return found != NULL;
}

/* Fails if the word is not one of the words; otherwise, returns its place. */
static size_t want_known(reader *r, const vv_json *node, const char *word, size_t len,
			 const char *const *words)
{
	vv_auto(vv_buf) all = VV_BUF_INIT;
	size_t place;

	if (is_word(word, words, &place)) return place;
	const char *near = nearest_word(word, words);
	if (near) {
		vv_descriptor_fail(&r->d, node, "'%s' is not known here\ndid you mean '%s'?",
				   vv_text_show(word, len), near);
		return 0;
	}
	for (size_t i = 0; words[i]; i++) {
		vv_buf_printf(&all, "%s%s", i ? ", " : "", words[i]);
	}
	vv_descriptor_fail(&r->d, node, "'%s' is not known here\nknown here: %s",
			   vv_text_show(word, len), vv_buf_cstr(&all));
	return 0;
}

/* An object, all of whose members are known words. */
static bool want_members(reader *r, const vv_json *node, const char *const *words)
{
	if (!vv_descriptor_want(&r->d, node, VV_JSON_OBJECT)) return false;
	for (const vv_json *m = node->first; m; m = m->next) {
		(void)want_known(r, node, m->name, m->name_len, words);
	}
	return r->d.rc == VV_OK;
}

/* The place of the member's text, which must be one of the words; `otherwise` if the member is missing. */
static size_t read_word(reader *r, const vv_json *object, const char *member,
			const char *const *words, size_t otherwise)
{
	const vv_json *node = vv_json_get(object, member);
	const char *word = vv_descriptor_text(&r->d, object, member);

	return word ? want_known(r, node, word, node->text_len, words) : otherwise;
}

/* Digits, perhaps a point and digits, in billionths; more than nine after the point, or
 * more than 18 digits in all, are refused. */
static bool read_billionths(const char *s, size_t len, uint64_t *out)
{
	uint64_t v = 0;
	size_t behind = 0, digits = 0;
	bool point = false;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '.' && !point && i > 0 && i + 1 < len) {
			point = true;
			continue;
		}
		if (s[i] < '0' || s[i] > '9' || ++digits > 18 || (behind += point) > 9) {
			return false;
		}
		v = v * 10 + (uint64_t)(s[i] - '0');
	}
	for (; behind < 9; behind++) {
		if (v > UINT64_MAX / 10) return false;
		v *= 10;
	}
	*out = v;
	return digits > 0;
}

/* "5%": a share. */
static bool read_percent(const char *s, size_t len, uint64_t *out)
{
	if (len < 2 || s[len - 1] != '%' || !read_billionths(s, len - 1, out)) return false;
	*out /= 100;
	return true;
}

/* A bound: 100 or "5%"; where only shares make sense 0.05 or "5%", where only counts do 100. */
static void read_bound(reader *r, const vv_json *node, vv_rule_setting *s)
{
	vv_bound *out = strcmp(node->name, "min") == 0 ? &s->min : &s->max;
	bool shares = (s->rule->takes & VV_RULE_SHARE) != 0;

	out->given = true;
	if (s->rule->takes & VV_RULE_COUNT) {
		if (node->type != VV_JSON_NUMBER ||
		    !vv_parse_u64(&out->value, node->text, node->text_len)) {
			vv_descriptor_fail(
				&r->d, node,
				"must be a whole number\nrows-added and rows-removed accept a share "
				"of the base's rows, such as \"5%%\"");
		}
	} else if (node->type == VV_JSON_STRING &&
		   read_percent(node->text, node->text_len, &out->value)) {
		out->share = true;
	} else if (node->type == VV_JSON_NUMBER && shares &&
		   read_billionths(node->text, node->text_len, &out->value)) {
		out->share = true;
	} else if (node->type != VV_JSON_NUMBER || shares ||
		   !vv_parse_u64(&out->value, node->text, node->text_len)) {
		vv_descriptor_fail(&r->d, node, "must be %s",
				   shares ? "a number such as 0.05, or a share such as \"5%\""
					  : "a whole number, or a share such as \"5%\"");
	}
}

/* "36h": s, m (minutes), h, d, w. */
static void read_age(reader *r, const vv_json *node, vv_rule_setting *s)
{
	static const struct unit {
		char letter;
		uint64_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};
	uint64_t n;

	if (node->type == VV_JSON_STRING && node->text_len > 1 &&
	    vv_parse_u64(&n, node->text, node->text_len - 1)) {
		for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
			if (node->text[node->text_len - 1] == units[i].letter && n > 0 &&
			    n <= INT64_MAX / units[i].seconds) {
				s->max_age = n * units[i].seconds;
				return;
			}
		}
	}
	vv_descriptor_fail(&r->d, node, "must be an age such as \"36h\" or \"7d\" (s, m, h, d, w)");
}

static void read_condition(reader *r, const vv_json *node, vv_rule_setting *s)
{
	vv_error why;

	if (!vv_descriptor_want_text(&r->d, node)) return;
	if (vv_condition_check(node->text, node->text_len, &why) < 0) {
		vv_descriptor_fail_with(&r->d, node, &why);
	}
	s->condition = node->text;
}

static void want_needed(reader *r, const vv_json *node, const vv_rule_setting *s)
{
	unsigned t = s->rule->takes;
	bool bound = s->min.given || s->max.given || s->max_age > 0 || s->condition;

	if (s->severity == VV_SEVERITY_OFF) return;
	if ((t & VV_RULE_NEEDS_COLUMNS) && !s->columns) {
		vv_descriptor_fail(&r->d, node, "the rule %s needs 'columns'", s->rule->code);
	}
	if ((t & VV_RULE_NEEDS_BOUND) && !bound) {
		const char *what = t & VV_RULE_MIN ? "'min' or 'max'" : "'max'";

		if (t & VV_RULE_CONDITION) {
			what = "a 'condition'";
		} else if (t & VV_RULE_AGE) {
			what = "'maxAge'";
		}
		vv_descriptor_fail(&r->d, node, "the rule %s needs %s", s->rule->code, what);
	}
}

static void read_columns(reader *r, const vv_json *node, vv_rule_setting *s)
{
	size_t count;

	s->columns = vv_descriptor_texts(&r->d, &count, node);
	if (count == 0) {
		vv_descriptor_fail(&r->d, node, "has no column");
	}
}

static void read_mostly(reader *r, const vv_json *node, vv_rule_setting *s)
{
	bool ok = node->type == VV_JSON_NUMBER
			  ? read_billionths(node->text, node->text_len, &s->mostly)
			  : node->type == VV_JSON_STRING &&
				    read_percent(node->text, node->text_len, &s->mostly);

	if (!ok || s->mostly > VV_BILLION) {
		vv_descriptor_fail(&r->d, node,
				   "must be a share from 0 to 1 such as 0.99, or \"99%%\"");
	}
}

static void read_severity(reader *r, const vv_json *node, vv_rule_setting *s)
{
	if (vv_descriptor_want_text(&r->d, node)) {
		s->severity = (vv_severity)want_known(r, node, node->text, node->text_len,
						      severity_words);
	}
}

/* Members of a setting that only some rules accept, with the name of their values in varve.schema.json. */
static const struct {
	const char *name, *values;
	unsigned takes;
	void (*read)(reader *r, const vv_json *node, vv_rule_setting *s);
} members[] = {{"columns", "texts", VV_RULE_COLUMNS, read_columns},
	       {"mostly", "mostly", VV_RULE_MOSTLY, read_mostly},
	       {"min", "count", VV_RULE_MIN, read_bound},
	       {"max", "count", VV_RULE_MAX | VV_RULE_SHARE, read_bound},
	       {"maxAge", "age", VV_RULE_AGE, read_age},
	       {"condition", "condition", VV_RULE_CONDITION, read_condition}};
enum { MEMBERS = sizeof(members) / sizeof(members[0]) };

const char *vv_rule_member(const vv_rule *rule, size_t *i, const char **values)
{
	while (*i < MEMBERS && !(rule->takes & members[*i].takes)) {
		++*i;
	}
	if (*i == MEMBERS) return NULL;
	if (members[*i].read != read_bound) {
		*values = members[*i].values;
	} else if (rule->takes & VV_RULE_SHARE) {
		*values = "measure";
	} else if (rule->takes & VV_RULE_COUNT) {
		*values = "rows";
	} else {
		*values = members[*i].values;
	}
	return members[(*i)++].name;
}

/* The members of one setting that is written as an object. Those that the rule does not take would do nothing. */
static void read_members(reader *r, const vv_json *node, vv_rule_setting *s)
{
	if (!want_members(r, node, setting_words)) return;
	vv_array_each(members, MEMBERS, member) {
		if (!(s->rule->takes & member->takes) && vv_json_get(node, member->name)) {
			vv_descriptor_fail(&r->d, node, "the rule %s has no '%s'", s->rule->code,
					   member->name);
		}
	}
	s->title = vv_descriptor_text(&r->d, node, "title");
	s->severity = (vv_severity)read_word(r, node, "severity", severity_words, s->severity);
	for (size_t i = 0; i < MEMBERS; i++) {
		const vv_json *m = vv_json_get(node, members[i].name);

		if (m) {
			members[i].read(r, m, s);
		}
	}
}

/* "error", {...}, or for conditions "price >= 0". A rule that is named is on: as an error
 * where it is off by default. */
static void read_setting(reader *r, const vv_json *node, const vv_rule *rule, vv_rule_setting *s)
{
	vv_auto(vv_buf) where = VV_BUF_INIT;
	size_t place;

	vv_descriptor_pointer(&where, node);
	*s = (vv_rule_setting){.rule = rule, .asked = true, .mostly = VV_BILLION};
	s->severity = rule->by_default == VV_SEVERITY_OFF ? VV_SEVERITY_ERROR : rule->by_default;
	s->where = vv_arena_strndup(&r->out->arena, vv_buf_cstr(&where), where.len);
	if (where.failed || !s->where) {
		vv_descriptor_note(&r->d, vv_fail_nomem(r->d.err));
	}
	if (node->type == VV_JSON_OBJECT) {
		read_members(r, node, s);
	} else if (vv_descriptor_is_text(node) && (rule->takes & VV_RULE_CONDITION) &&
		   !is_word(node->text, severity_words, &place)) {
		read_condition(r, node, s);
	} else {
		read_severity(r, node, s);
	}
	if (strcmp(rule->code, VV_RULE_UNCHECKED) == 0 && s->severity != VV_SEVERITY_ERROR) {
		vv_descriptor_fail(&r->d, node,
				   "%s is always an error: unchecked data is never valid\n"
				   "\"check\": false leaves a table out",
				   rule->code);
	}
	want_needed(r, node, s);
}

static const vv_rule *find_rule(reader *r, const vv_json *node, const char *code, size_t len)
{
	const vv_rule *rule = vv_rule_find(code);
	const char *near = rule ? NULL : vv_rule_nearest(code);

	if (near) {
		vv_descriptor_fail(&r->d, node, "no such rule '%s'\ndid you mean '%s'?",
				   vv_text_show(code, len), near);
	} else if (!rule && r->d.rc == VV_OK) {
		vv_descriptor_fail(&r->d, node, "no such rule '%s'", vv_text_show(code, len));
		vv_hint_code(r->d.err, VV_HINT_LIST_RULES);
	}
	return rule;
}

/* A column that both settings name, "" if neither names any; otherwise NULL. */
static const char *common_column(const vv_rule_setting *a, const vv_rule_setting *b)
{
	if (!a->columns || !b->columns) return a->columns == b->columns ? "" : NULL;
	const char *const *common = vv_ended_find(a->columns, it,
						  vv_texts_have(b->columns, *it, strlen(*it)));
	return common ? *common : NULL;
}

/* Without a bound or a condition a rule is applied once to a column: of two settings for it one would do
 * nothing. (One that names no columns is for those that no other names.) */
static void want_once(reader *r, const vv_json *item, const vv_rule_setting *s,
		      const vv_rule_setting *last)
{
	const unsigned repeats = VV_RULE_MIN | VV_RULE_MAX | VV_RULE_SHARE | VV_RULE_AGE |
				 VV_RULE_CONDITION;

	for (; s < last && !(last->rule->takes & repeats); s++) {
		const char *column = common_column(s, last);

		if (column && *column) {
			vv_descriptor_fail(&r->d, item, "column '%s' already has a setting above",
					   vv_text_shows(column));
		} else if (column) {
			vv_descriptor_fail(&r->d, item,
					   "a setting above already covers all columns");
		}
	}
}

static void read_rules(reader *r, const vv_json *object, vv_rules_block *b)
{
	const vv_json *node = vv_descriptor_get(&r->d, object, "rules", VV_JSON_OBJECT);
	size_t room = 0;

	for (const vv_json *m = node ? node->first : NULL; m; m = m->next) {
		room += m->type == VV_JSON_ARRAY ? m->count : 1;
	}
	b->settings = vv_descriptor_alloc(&r->d, room + 1, sizeof(*b->settings));
	for (const vv_json *m = node ? node->first : NULL; m; m = m->next) {
		const vv_rule *rule = find_rule(r, node, m->name, m->name_len);
		const size_t first = b->count;

		if (r->d.rc < 0) return;
		if (m->type != VV_JSON_ARRAY) {
			read_setting(r, m, rule, &b->settings[b->count++]);
			continue;
		}
		if (!m->first) {
			vv_descriptor_fail(&r->d, m,
					   "is empty\nuse \"off\" to switch the rule off");
		}
		for (const vv_json *item = m->first; item; item = item->next) {
			vv_rule_setting *s = &b->settings[b->count++];

			read_setting(r, item, rule, s);
			want_once(r, item, &b->settings[first], s);
		}
	}
}

static void read_dataset(reader *r, const vv_json *node, vv_rules_block *b)
{
	const vv_json *path = vv_json_get(node, "path");
	size_t count;

	if (!want_members(r, node, dataset_words)) return;
	if (!path) {
		vv_descriptor_fail(&r->d, node, "needs a 'path'");
		return;
	}
	b->paths = vv_descriptor_texts(&r->d, &count, path);
	if (count == 0) {
		vv_descriptor_fail(&r->d, path, "has no path");
	}
	(void)vv_package_encoding(&r->d, node);
	b->says_check = vv_json_get(node, "check") != NULL;
	b->check = vv_descriptor_bool(&r->d, node, "check", true);
	read_rules(r, node, b);
}

static void read_accept(reader *r, const vv_json *node, check_accept *out)
{
	const vv_json *code = vv_json_get(node, "rule");

	if (!want_members(r, node, check_accept_words)) return;
	if (!code || !vv_descriptor_is_text(code)) {
		vv_descriptor_fail(&r->d, node, "needs a 'rule', a 'path' and a reason, 'why'");
		return;
	}
	out->rule = find_rule(r, code, code->text, code->text_len);
	check_accept_read(out, &r->d, node);
}

/* Which merges use; here they are only to be valid. */
static void check_merge(reader *r, const vv_json *top)
{
	const vv_json *merge = vv_json_get(top, "merge");
	vv_auto(vv_merge_rules) rules = {0};

	if (merge && r->d.rc == VV_OK) {
		r->d.rc = vv_merge_rules_read(&rules, merge, NULL, r->d.file, r->d.err);
	}
}

static void read_accepts(reader *r, const vv_json *top)
{
	const vv_json *list = vv_descriptor_get(&r->d, top, "accept", VV_JSON_ARRAY);
	vv_rules_file *f = r->out;

	f->accepts = vv_descriptor_alloc(&r->d, list ? list->count + 1 : 1, sizeof(*f->accepts));
	for (const vv_json *m = list && f->accepts ? list->first : NULL; m; m = m->next) {
		read_accept(r, m, &f->accepts[f->accept_count++]);
	}
}

static void read_datasets(reader *r, const vv_json *top)
{
	const vv_json *datasets = vv_descriptor_get(&r->d, top, "datasets", VV_JSON_ARRAY);
	vv_rules_file *f = r->out;

	for (const vv_json *m = datasets ? datasets->first : NULL; m; m = m->next) {
		read_dataset(r, m, &f->blocks[f->block_count++]);
	}
}

static vv_status read_top(reader *r, const vv_json *top)
{
	vv_rules_file *f = r->out;
	const vv_json *m, *datasets = vv_json_get(top, "datasets");
	uint64_t version = 1;

	if (!want_members(r, top, top_words)) return r->d.rc;
	if ((m = vv_json_get(top, "version")) &&
	    (m->type != VV_JSON_NUMBER || !vv_parse_u64(&version, m->text, m->text_len) ||
	     version != 1)) {
		vv_descriptor_fail(&r->d, m, "this varve supports only version 1 of %s",
				   VV_RULES_NAME);
	}
	f->on_commit = (vv_on_commit)read_word(r, top, "onCommit", commit_words, VV_ON_COMMIT_OFF);
	f->fail_on = (vv_severity)read_word(r, top, "failOn", severity_words, VV_SEVERITY_ERROR);
	if (f->fail_on == VV_SEVERITY_OFF) {
		vv_descriptor_fail(&r->d, vv_json_get(top, "failOn"),
				   "must be \"warning\" or \"error\"");
	}
	m = vv_json_get(top, "limit");
	f->has_limit = m != NULL;
	if (m && (m->type != VV_JSON_NUMBER || !vv_parse_u64(&f->limit, m->text, m->text_len))) {
		vv_descriptor_fail(&r->d, m, "must be a whole number");
	}
	(void)vv_descriptor_get(&r->d, top, "keep", VV_JSON_STRING); /* of varve expire */
	read_accepts(r, top);
	check_merge(r, top);
	f->blocks = vv_descriptor_alloc(&r->d, 1 + (datasets ? datasets->count : 0),
					sizeof(*f->blocks));
	if (!f->blocks) return r->d.rc;
	f->block_count = 1;
	read_rules(r, top, &f->blocks[0]);
	read_datasets(r, top);
	return r->d.rc;
}

vv_status vv_rules_file_read(vv_rules_file **out, const char *json, size_t len, const char *name,
			     vv_error *err)
{
	vv_auto(vv_rules_file) *f = vv_calloc(1, sizeof(*f));
	vv_json *top;
	vv_status rc;

	*out = NULL;
	if (!f) return vv_fail_nomem(err);
	reader r = {.out = f, .d = {.file = name, .arena = &f->arena, .err = err}};
	if (len > VV_RULES_MAX) {
		return vv_fail(err, VV_EINPUT, "%s: is larger than %u bytes", vv_text_shows(name),
			       VV_RULES_MAX);
	}
	if ((rc = vv_json_read(&top, &f->arena, json, len, name, err)) < 0 ||
	    (rc = read_top(&r, top)) < 0 || (rc = vv_sha256(f->json_hash, json, len, err)) < 0) {
		return rc;
	}
	memcpy(f->hash, f->json_hash, sizeof(f->hash));
	return vv_hand_over(out, &f);
}

void vv_rules_file_free(vv_rules_file *f)
{
	if (f) {
		vv_arena_clear(&f->arena);
		vv_checks_free(f->checks);
		vv_free(f);
	}
}

vv_status vv_rules_file_add(vv_rules_file **f, const char *text, size_t len, const char *name,
			    vv_error *err)
{
	vv_status rc = *f ? VV_OK : vv_rules_file_read(f, "{}", 2, VV_RULES_NAME, err);

	if (rc < 0) return rc;
	vv_checks_free((*f)->checks);
	if ((rc = vv_checks_read(&(*f)->checks, text, len, name, err)) < 0) return rc;
	vv_auto(vv_buf) both = VV_BUF_INIT;
	vv_buf_put(&both, (*f)->json_hash, VV_SHA256_LEN);
	vv_buf_put(&both, text, len);
	rc = vv_buf_ok(&both, err);
	return rc < 0 ? rc : vv_sha256((*f)->hash, both.data, both.len, err);
}

const uint8_t *vv_rules_hash(const vv_rules_file *f)
{
	return f->hash;
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

static bool block_has(const vv_rules_block *b, const char *path)
{
	return !b->paths || vv_ended_find(b->paths, it, vv_declared_pattern_has(*it, path));
}

const char *vv_rules_accepted(const vv_rules_file *f, const char *rule, const char *path,
			      const vv_finding *found, int64_t now)
{
	return f ? check_accept_why(f->accepts, f->accept_count, rule, path, found, now) : NULL;
}

bool vv_rules_ended(const vv_rules_file *f, size_t *i, int64_t now, vv_buf *out)
{
	while (f && *i < f->accept_count) {
		const check_accept *a = &f->accepts[(*i)++];

		if (now >= a->end) {
			vv_buf_reset(out);
			vv_buf_printf(out, "/accept/%zu: %s", *i - 1,
				      a->name ? a->name : a->rule->code);
			if (a->key) {
				vv_buf_printf(out, ", %s", vv_text_shows(a->key));
			}
			vv_buf_printf(out, ": %s", vv_text_shows(a->why));
			return true;
		}
	}
	return false;
}

const char *vv_rules_pattern(const vv_rules_file *f, size_t i, vv_buf *where)
{
	for (size_t b = 1; f && b < f->block_count; b++) {
		const char *const *paths = f->blocks[b].paths;
		size_t count = 0;

		while (paths[count]) {
			count++;
		}
		if (i >= count) {
			i -= count;
			continue;
		}
		vv_buf_reset(where);
		vv_buf_printf(where, "/datasets/%zu/path", b - 1);
		if (count > 1) {
			vv_buf_printf(where, "/%zu", i);
		}
		return paths[i];
	}
	size_t line;
	const char *pattern = f ? vv_checks_pattern(f->checks, i, &line) : NULL;
	if (pattern) {
		vv_buf_reset(where);
		vv_buf_printf(where, "%s:%zu", VV_CHECKS_NAME, line);
	}
	return pattern;
}

const vv_check_rule *vv_rules_check(const vv_rules_file *f, const char *path, size_t *i)
{
	return f ? vv_checks_next(f->checks, path, i) : NULL;
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
		const size_t from = vv_find_place(k, b->count, b->settings[k].rule == rule);
		const size_t to = vv_find_place(k, b->count,
						k > from && b->settings[k].rule != rule);
		if (to > from && block_has(b, path)) {
			found = b->settings + from;
			*count = to - from;
		}
	}
	return found;
}

static vv_status take_lines(vv_rule_set *out, const vv_rules_file *f, const char *path,
			    vv_error *err)
{
	const vv_check_rule *rule;
	size_t room = 0;

	for (size_t i = 0; vv_rules_check(f, path, &i);) {
		room++;
	}
	out->lines = vv_arena_calloc(&out->arena, room + 1, sizeof(*out->lines));
	if (!out->lines) return vv_fail_nomem(err);
	out->checks = f ? f->checks : NULL;
	for (size_t i = 0; (rule = vv_rules_check(f, path, &i));) {
		vv_check_rule *line = &out->lines[out->line_count++];
		const vv_severity most = vv_rule_set_severity(out, rule->rule->code);

		*line = *rule;
		line->severity = most < line->severity ? most : line->severity;
	}
	return VV_OK;
}

vv_status vv_rule_set_for(vv_rule_set *out, const vv_rules_file *f, const char *path, vv_error *err)
{
	size_t room = 0, count;

	memset(out, 0, sizeof(*out));
	for (const vv_rule *r = vv_rules; r->code; r++) {
		find_settings(f, path, r, &count);
		room += count ? count : 1;
	}
	out->items = vv_arena_calloc(&out->arena, room, sizeof(*out->items));
	if (!out->items) return vv_fail_nomem(err);
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
	return take_lines(out, f, path, err);
}

void vv_rule_set_clear(vv_rule_set *s)
{
	vv_arena_clear(&s->arena);
	*s = (vv_rule_set){.items = NULL};
}

const vv_rule_setting *vv_rule_set_get(const vv_rule_set *s, const char *code)
{
	const vv_rule *rule = vv_rule_find(code);

	return vv_array_find(s->items, s->count, it,
			     it->severity != VV_SEVERITY_OFF && it->rule == rule);
}

vv_severity vv_rule_set_severity(const vv_rule_set *s, const char *code)
{
	vv_severity highest = VV_SEVERITY_OFF;

	vv_array_each(s->items, s->count, item) {
		if (strcmp(item->rule->code, code) == 0 && item->severity > highest) {
			highest = item->severity;
		}
	}
	return highest;
}

void vv_rule_set_accept(vv_rule_set *s, const char *code)
{
	vv_array_each(s->items, s->count, item) {
		item->accepted = item->accepted || strcmp(item->rule->code, code) == 0;
	}
}

vv_severity vv_rule_set_unread(const vv_rule_set *s, const char **code)
{
	if (s && vv_rule_set_severity(s, *code) != VV_SEVERITY_ERROR) {
		*code = VV_RULE_UNCHECKED;
	}
	return VV_SEVERITY_ERROR;
}

bool vv_rule_setting_has(const vv_rule_setting *s, const char *column, size_t len)
{
	return !s->columns || vv_texts_have(s->columns, column, len);
}
