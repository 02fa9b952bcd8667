/*
 * checks: where a line of varve.checks has its name, its rule, and the words after it.
 */
#include "check/rules/checks.h"

#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/ascii.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/rows/condition.h"
#include "dataset/schema/declared.h"
#include "dataset/schema/value.h"

#define LIST_MAX 64u /* columns of a key, groups, tags, patterns of a section */

typedef struct section {
	const char *patterns[LIST_MAX];
	size_t count, line;
} section;

struct vv_checks {
	vv_arena arena;
	section *sections;
	size_t section_count, section_cap;
	vv_check_rule *rules;
	size_t *of; /* the section of each rule */
	size_t rule_count, rule_cap, of_cap;
};

/* A line that is being read. */
typedef struct reader {
	vv_checks *out;
	const char *file;
	size_t line;
	const char *text; /* of the line, to its comment */
	size_t len, at;
	vv_hash_index names; /* of the section's rules */
	vv_error *err;
} reader;

static size_t characters(const char *s, size_t len)
{
	return vv_value_text_length(s, len);
}

static vv_status fail_at(reader *r, size_t at, const char *what)
{
	return vv_fail(r->err, VV_EINPUT, "%s:%zu:%zu: %s", r->file, r->line,
		       characters(r->text, at) + 1, what);
}

static bool is_blank(char ch)
{
	return ch == ' ' || ch == '\t';
}

static bool is_name(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
	       ch == '_' || (unsigned char)ch >= 0x80;
}

static void skip_blank(reader *r)
{
	while (r->at < r->len && is_blank(r->text[r->at])) {
		r->at++;
	}
}

static const char *keep(reader *r, const char *s, size_t len)
{
	return vv_arena_strndup(&r->out->arena, s, len);
}

/* Is the word next? It is then passed. */
static bool take_word(reader *r, const char *word)
{
	size_t n = strlen(word);

	skip_blank(r);
	if (r->len - r->at < n || !vv_ascii_is(r->text + r->at, n, word) ||
	    (is_name(word[n - 1]) && r->at + n < r->len && is_name(r->text[r->at + n]))) {
		return false;
	}
	r->at += n;
	return true;
}

/* Where the text in quotes ends that begins at; after the line, where it does not. */
static size_t quoted_end(const char *s, size_t len, size_t at)
{
	char quote = s[at++];

	for (; at < len; at++) {
		if (s[at] == quote && !(at + 1 < len && s[at + 1] == quote)) return at + 1;
		at += s[at] == quote;
	}
	return len + 1;
}

/* A name, perhaps in quotes, that is written twice inside. */
static vv_status take_name(reader *r, const char *what, const char **out)
{
	size_t begin, end, n = 0;

	skip_blank(r);
	begin = end = r->at;
	if (end < r->len && strchr("\"`'", r->text[end])) {
		if ((end = quoted_end(r->text, r->len, begin)) > r->len) {
			return fail_at(r, begin, "a quote is not closed");
		}
		char *name = vv_arena_alloc(&r->out->arena, end - begin + 1);
		if (!name) return vv_fail_nomem(r->err);
		for (size_t i = begin + 1; i + 1 < end; i++) {
			i += r->text[i] == r->text[begin];
			name[n++] = r->text[i];
		}
		name[n] = '\0';
		*out = name;
	} else {
		while (end < r->len && is_name(r->text[end])) {
			end++;
		}
		if (end == begin) return fail_at(r, begin, what);
		*out = keep(r, r->text + begin, end - begin);
	}
	r->at = end;
	return *out ? VV_OK : vv_fail_nomem(r->err);
}

/* (a, b) or a */
static vv_status take_columns(reader *r, bool bare, const char ***out)
{
	const char **list = vv_arena_calloc(&r->out->arena, LIST_MAX + 1, sizeof(*list));
	size_t count = 0;
	bool open = take_word(r, "(");
	vv_status rc;

	*out = list;
	if (!list) return vv_fail_nomem(r->err);
	if (!open && !bare) return fail_at(r, r->at, "expected '(' and columns");
	do {
		if (count == LIST_MAX) return fail_at(r, r->at, "too many columns");
		if ((rc = take_name(r, "expected the name of a column", &list[count++])) < 0) {
			return rc;
		}
	} while (open && take_word(r, ","));
	if (open && !take_word(r, ")")) return fail_at(r, r->at, "expected ',' or ')'");
	return VV_OK;
}

/* Looks at the form of an expression from here on; *end: where it ends in the line. */
static vv_status compile(reader *r, bool value, vv_condition **out, size_t *end)
{
	const vv_condition_how how = {.line = true,
				      .value = value,
				      .file = r->file,
				      .file_line = r->line,
				      .file_column = characters(r->text, r->at) + 1};
	vv_status rc = vv_condition_compile(out, r->text + r->at, r->len - r->at, NULL, &how,
					    r->err);

	if (rc == VV_OK) {
		*end = r->at + vv_condition_end(*out);
	}
	return rc;
}

static const char *keep_trimmed(reader *r, size_t from, size_t to)
{
	while (to > from && is_blank(r->text[to - 1])) {
		to--;
	}
	return keep(r, r->text + from, to - from);
}

static vv_status take_where(reader *r, vv_check_rule *rule)
{
	vv_auto(vv_condition) *c = NULL;
	size_t end, begin;
	vv_status rc;

	skip_blank(r);
	begin = r->at;
	if (rule->where) return fail_at(r, begin, "a rule can have only one 'where'");
	if ((rc = compile(r, false, &c, &end)) < 0) return rc;
	if (vv_condition_scope_of(c) != VV_SCOPE_ROW) {
		return fail_at(r, begin, "'where' can use only the columns of a row");
	}
	rule->where_at = characters(r->text, begin);
	rule->where = keep_trimmed(r, begin, end);
	r->at = end;
	return rule->where ? VV_OK : vv_fail_nomem(r->err);
}

static vv_status take_groups(reader *r, vv_check_rule *rule)
{
	size_t count = 0, end;
	vv_status rc;

	if (rule->kind != VV_CHECK_TABLE) {
		return fail_at(r, r->at, "'group by' requires a rule about counts or sums");
	}
	if (!take_word(r, "by")) return fail_at(r, r->at, "expected 'by' after 'group'");
	rule->groups = vv_arena_calloc(&r->out->arena, LIST_MAX + 1, sizeof(*rule->groups));
	if (!rule->groups) return vv_fail_nomem(r->err);
	skip_blank(r);
	rule->groups_at = characters(r->text, r->at);
	do {
		vv_auto(vv_condition) *c = NULL;

		skip_blank(r);
		if (count == LIST_MAX) return fail_at(r, r->at, "too many groups");
		if ((rc = compile(r, true, &c, &end)) < 0) return rc;
		if (vv_condition_scope_of(c) != VV_SCOPE_ROW) {
			return fail_at(r, r->at, "'group by' can use only the columns of a row");
		}
		if (!(rule->groups[count++] = keep_trimmed(r, r->at, end))) {
			return vv_fail_nomem(r->err);
		}
		r->at = end;
	} while (take_word(r, ","));
	return VV_OK;
}

static vv_status take_mark(reader *r, vv_check_rule *rule, size_t *tags)
{
	char mark = r->text[r->at++];
	const char *word;
	size_t end = r->at;

	while (end < r->len && (is_name(r->text[end]) || strchr("-.", r->text[end]))) {
		end++;
	}
	if (end == r->at) return fail_at(r, r->at, "expected a name after '@' or '#'");
	if (!(word = keep(r, r->text + r->at, end - r->at))) return vv_fail_nomem(r->err);
	r->at = end;
	if (mark == '@') {
		rule->owner = word;
		return VV_OK;
	}
	if (!rule->tags &&
	    !(rule->tags = vv_arena_calloc(&r->out->arena, LIST_MAX + 1, sizeof(*rule->tags)))) {
		return vv_fail_nomem(r->err);
	}
	if (*tags == LIST_MAX) return fail_at(r, end, "too many tags");
	rule->tags[(*tags)++] = word;
	return VV_OK;
}

static vv_status add_rule(reader *r, const vv_check_rule *rule)
{
	vv_checks *c = r->out;

	if (!vv_array_room(c->rules, c->rule_count, c->rule_cap) ||
	    !vv_array_room(c->of, c->rule_count, c->of_cap)) {
		return vv_fail_nomem(r->err);
	}
	c->of[c->rule_count] = c->section_count - 1;
	c->rules[c->rule_count++] = *rule;
	return VV_OK;
}

/* ", <= 0.10 error": another bound for the same left side. */
typedef struct bounds {
	const char *left; /* the text before the comparison */
	size_t text_end;  /* where the rule ends in the line, and severity and marks begin */
	size_t count;
	vv_check_rule rules[8];
} bounds;

static vv_status take_bound(reader *r, bounds *b, vv_check_rule *rule)
{
	vv_check_rule *next = &b->rules[b->count];
	vv_auto(vv_condition) *c = NULL;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	size_t from = r->at;
	vv_status rc;

	if (b->count == sizeof(b->rules) / sizeof(b->rules[0])) {
		return fail_at(r, from, "too many bounds");
	}
	skip_blank(r);
	vv_buf_puts(&text, b->left);
	vv_buf_put(&text, r->text + r->at, r->len - r->at);
	const vv_condition_how how = {.line = true,
				      .file = r->file,
				      .file_line = r->line,
				      .file_column = characters(r->text, r->at) -
						     characters(b->left, strlen(b->left)) + 1};
	if ((rc = vv_buf_ok(&text, r->err)) < 0) return rc;
	if ((rc = vv_condition_compile(&c, text.data, text.len, NULL, &how, r->err)) < 0) return rc;
	if (vv_condition_end(c) <= strlen(b->left)) return fail_at(r, r->at, "expected a bound");
	size_t end = vv_condition_end(c);
	r->at += end - strlen(b->left);
	while (end > 0 && is_blank(text.data[end - 1])) {
		end--;
	}
	*next = *rule;
	next->condition = keep(r, text.data, end);
	next->severity = VV_SEVERITY_ERROR;
	b->count++;
	return next->condition ? VV_OK : vv_fail_nomem(r->err);
}

/* Reads the parts after a rule: where, group by, severity, marks, further bounds. */
static vv_status take_tail(reader *r, vv_check_rule *rule, bounds *b)
{
	size_t tags = 0;
	vv_status rc = VV_OK;

	b->rules[0] = *rule;
	b->count = 1;
	b->text_end = r->at;
	for (skip_blank(r); rc == VV_OK && r->at < r->len; skip_blank(r)) {
		size_t at = r->at;

		if (take_word(r, "where")) {
			rc = take_where(r, rule);
			b->text_end = r->at;
		} else if (take_word(r, "group")) {
			rc = take_groups(r, rule);
			b->text_end = r->at;
		} else if (take_word(r, "warning") || take_word(r, "warn")) {
			b->rules[b->count - 1].severity = VV_SEVERITY_WARNING;
		} else if (take_word(r, "error")) {
			b->rules[b->count - 1].severity = VV_SEVERITY_ERROR;
		} else if (r->text[at] == '@' || r->text[at] == '#') {
			rc = take_mark(r, rule, &tags);
		} else if (r->text[at] == ',' && b->left) {
			r->at++;
			rc = take_bound(r, b, rule);
		} else {
			rc = fail_at(
				r, at,
				"expected where, group by, warn, error, @owner, #tag or -- why");
		}
	}
	return rc;
}

/* All that further bounds of a line share. */
static vv_status add_bounds(reader *r, const vv_check_rule *rule, bounds *b)
{
	vv_status rc;

	for (size_t i = 0; i < b->count; i++) {
		vv_check_rule one = *rule;

		one.severity = b->rules[i].severity;
		if (b->rules[i].condition) {
			one.condition = b->rules[i].condition;
		}
		if (b->count > 1) {
			one.text = one.condition;
		}
		if (one.where && one.kind == VV_CHECK_ROW) {
			one.condition = vv_arena_printf(&r->out->arena, "%s or not (%s)",
							one.condition, one.where);
		}
		if ((rc = one.condition || one.kind > VV_CHECK_CHANGE
				  ? add_rule(r, &one)
				  : vv_fail_nomem(r->err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static vv_status read_unique(reader *r, vv_check_rule *rule)
{
	rule->kind = VV_CHECK_UNIQUE;
	rule->rule = vv_rule_find("unique-error");
	return take_columns(r, true, &rule->columns);
}

/* Is it COLUMNS references TABLE(COLUMNS)? */
static bool is_reference(const reader *r)
{
	for (size_t i = r->at; i < r->len; i++) {
		if (strchr("\"'`", r->text[i])) {
			i = quoted_end(r->text, r->len, i) - 1;
		} else if (r->len - i > 10 && vv_ascii_is(r->text + i, 10, "references") &&
			   i > r->at && !is_name(r->text[i - 1]) && !is_name(r->text[i + 10])) {
			return true;
		}
	}
	return false;
}

static vv_status read_reference(reader *r, vv_check_rule *rule)
{
	size_t at, here = 0, there = 0;
	vv_status rc;

	rule->kind = VV_CHECK_REFERENCES;
	rule->rule = vv_rule_find("foreign-key");
	if ((rc = take_columns(r, true, &rule->columns)) < 0) return rc;
	if (!take_word(r, "references")) return fail_at(r, r->at, "expected 'references'");
	if ((rc = take_name(r, "expected the name of a table", &rule->target)) < 0) return rc;
	at = r->at;
	if ((rc = take_columns(r, false, &rule->targets)) < 0) return rc;
	while (rule->columns[here]) {
		here++;
	}
	while (rule->targets[there]) {
		there++;
	}
	return here == there ? VV_OK
			     : fail_at(r, at, "expected as many columns as before 'references'");
}

static vv_status read_condition(reader *r, vv_check_rule *rule, bounds *b)
{
	static const char *const codes[] = {"row-constraint", "table-constraint",
					    "change-constraint"};
	vv_auto(vv_condition) *c = NULL;
	size_t end;
	vv_status rc = compile(r, false, &c, &end);

	if (rc < 0) return rc;
	rule->kind = (vv_check_kind)vv_condition_scope_of(c);
	rule->rule = vv_rule_find(codes[rule->kind]);
	rule->condition_at = characters(r->text, r->at);
	rule->condition = keep_trimmed(r, r->at, end);
	b->left = vv_condition_left(c) > 0 ? keep(r, r->text + r->at, vv_condition_left(c)) : NULL;
	r->at = end;
	return rule->condition && (b->left || vv_condition_left(c) == 0) ? VV_OK
									 : vv_fail_nomem(r->err);
}

/* Is it a query? A column may be called select, but no condition has the word from. */
static bool is_select(const reader *r)
{
	reader at = *r;

	if (!take_word(&at, "select") || at.at == at.len || is_name(at.text[at.at])) return false;
	for (; at.at < at.len; at.at++) {
		if (strchr("\"'`", at.text[at.at])) {
			at.at = quoted_end(at.text, at.len, at.at) - 1;
		} else if (!is_blank(at.text[at.at]) && !is_name(at.text[at.at - 1]) &&
			   take_word(&at, "from")) {
			return true;
		}
	}
	return false;
}

/* SQL up to the words at the end of the line: severity and marks, which it does not have. */
static vv_status read_select(reader *r, vv_check_rule *rule)
{
	static const char *const words[] = {"warn", "warning", "error"};
	size_t end = r->len;

	for (size_t from = end; from > r->at; end = from) {
		while (end > r->at && is_blank(r->text[end - 1])) {
			end--;
		}
		for (from = end; from > r->at && !is_blank(r->text[from - 1]); from--) {
		}
		const char *word = r->text + from;
		bool taken = *word == '@' || *word == '#';
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && !taken; i++) {
			taken = vv_ascii_is(word, end - from, words[i]);
		}
		if (!taken) {
			break;
		}
	}
	rule->kind = VV_CHECK_SELECT;
	rule->rule = vv_rule_find("query-constraint");
	rule->condition_at = characters(r->text, r->at);
	rule->condition = keep_trimmed(r, r->at, end);
	r->at = end;
	return rule->condition ? VV_OK : vv_fail_nomem(r->err);
}

/* NAME: in front of a rule. */
static vv_status take_title(reader *r, vv_check_rule *rule)
{
	size_t end = r->at;

	while (end < r->len && (is_name(r->text[end]) || r->text[end] == '-')) {
		end++;
	}
	if (end == r->at || end == r->len || r->text[end] != ':') return VV_OK;
	rule->name = keep(r, r->text + r->at, end - r->at);
	const uint64_t hash = vv_xxh3(r->text + r->at, end - r->at, vv_hash_seed());
	vv_hash_probe p = vv_hash_probe_begin(&r->names, hash);
	for (size_t at; rule->name && vv_hash_probe_next(&p, &at);) {
		if (strcmp(r->out->rules[at].name, rule->name) == 0) {
			return vv_fail(
				r->err, VV_EINPUT,
				"%s:%zu: the rule of line %zu has the same name, '%s'\ngive one of "
				"the two rules another name",
				r->file, r->line, r->out->rules[at].line,
				vv_text_shows(rule->name));
		}
	}
	r->at = end + 1;
	skip_blank(r);
	return rule->name && vv_hash_index_add(&r->names, hash, r->out->rule_count)
		       ? VV_OK
		       : vv_fail_nomem(r->err);
}

static vv_status read_rule(reader *r, const char *why)
{
	vv_check_rule rule = {
		.severity = VV_SEVERITY_ERROR, .why = why, .file = r->file, .line = r->line};
	bounds b = {.count = 0};
	vv_status rc = take_title(r, &rule);
	size_t begin = r->at;

	if (rc < 0) return rc;
	if (r->out->section_count == 0) {
		fail_at(r, begin, "expected a section such as [orders.csv] before the first rule");
		return VV_EINPUT;
	}
	if (take_word(r, "columns") && r->at < r->len) {
		skip_blank(r);
		if (r->at < r->len && r->text[r->at] == '\'') {
			if ((rc = take_name(r, "", &rule.pattern)) < 0) return rc;
			if (!take_word(r, ":")) return fail_at(r, r->at, "a ':' is expected");
			skip_blank(r);
		}
	}
	if (!rule.pattern) {
		r->at = begin;
	}
	size_t form = r->at;
	if (!rule.pattern && is_select(r)) {
		rc = read_select(r, &rule);
	} else if (!rule.pattern && take_word(r, "unique") && r->at < r->len &&
		   (is_blank(r->text[r->at]) || r->text[r->at] == '(')) {
		rc = read_unique(r, &rule);
	} else {
		r->at = form;
		rc = !rule.pattern && is_reference(r) ? read_reference(r, &rule)
						      : read_condition(r, &rule, &b);
	}
	if (rc < 0) return rc;
	if (rule.pattern && rule.kind != VV_CHECK_ROW) {
		return fail_at(r, form, "'columns' is for rules about single rows");
	}
	rc = take_tail(r, &rule, &b);
	if (rc < 0) return rc;
	if (rule.where && rule.kind == VV_CHECK_REFERENCES) {
		return fail_at(r, form, "a reference cannot have a 'where'");
	}
	rule.text = keep_trimmed(r, begin, b.text_end);
	return rule.text ? add_bounds(r, &rule, &b) : vv_fail_nomem(r->err);
}

static vv_status read_section(reader *r)
{
	vv_checks *c = r->out;

	if (!vv_array_room(c->sections, c->section_count, c->section_cap)) {
		return vv_fail_nomem(r->err);
	}
	section *s = &c->sections[c->section_count++];
	*s = (section){.line = r->line};
	vv_hash_index_reset(&r->names);
	do {
		size_t begin, end;

		r->at++;
		skip_blank(r);
		begin = end = r->at;
		while (end < r->len && r->text[end] != ',' && r->text[end] != ']') {
			end++;
		}
		if (s->count == LIST_MAX) return fail_at(r, begin, "too many patterns");
		r->at = end;
		if (end == r->len) return fail_at(r, end, "a ']' is expected");
		const char *pattern = keep_trimmed(r, begin, end);
		if (!pattern) return vv_fail_nomem(r->err);
		if (!*pattern) return fail_at(r, begin, "expected a path or a pattern");
		s->patterns[s->count++] = pattern;
	} while (r->text[r->at] == ',');
	r->at++;
	skip_blank(r);
	return r->at == r->len ? VV_OK : fail_at(r, r->at, "expected only a comment");
}

/* + or - and a row, under a rule. */
static vv_status read_row(reader *r)
{
	vv_checks *c = r->out;
	const size_t last = c->rule_count - 1;
	vv_check_rule *rule = c->rule_count > 0 && c->of[last] == c->section_count - 1
				      ? &c->rules[last]
				      : NULL;
	size_t from = r->at + 1;

	if (!rule) return fail_at(r, r->at, "expected a rule before its example rows");
	if (!vv_check_rule_takes_rows(rule)) {
		return fail_at(r, r->at,
			       "a reference or a query cannot have example rows, as they depend on "
			       "other tables");
	}
	if ((rule->row_count & (rule->row_count - 1)) == 0) { /* room for twice as many */
		vv_check_row *more = vv_arena_calloc(&c->arena, 2 * rule->row_count + 1,
						     sizeof(*more));

		if (!more) return vv_fail_nomem(r->err);
		for (size_t i = 0; i < rule->row_count; i++) {
			more[i] = rule->rows[i];
		}
		rule->rows = more;
	}
	while (from < r->len && is_blank(r->text[from])) {
		from++;
	}
	rule->rows[rule->row_count++] = (vv_check_row){.right = r->text[r->at] == '+',
						       .text = keep_trimmed(r, from, r->len),
						       .line = r->line};
	return rule->rows[rule->row_count - 1].text ? VV_OK : vv_fail_nomem(r->err);
}

/* Where the comment begins, outside of quotes. */
static size_t comment_at(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (strchr("\"'`", s[i]) && s[i] != '\0') {
			i = quoted_end(s, len, i) - 1;
		} else if (i + 1 < len && s[i] == '-' && s[i + 1] == '-') {
			return i;
		}
	}
	return len;
}

static vv_status read_line(reader *r, const char *line, size_t len)
{
	const char *why = NULL;
	size_t end = comment_at(line, len), from = end;

	while (from < len && (line[from] == '-' || is_blank(line[from]))) {
		from++;
	}
	r->text = line;
	r->len = end > len ? len : end;
	r->at = 0;
	while (r->len > 0 && is_blank(line[r->len - 1])) {
		r->len--;
	}
	skip_blank(r);
	if (r->at >= r->len) return VV_OK;
	if (line[r->at] == '[') return read_section(r);
	if (line[r->at] == '#') return fail_at(r, r->at, "a comment begins with --, not with #");
	if (strchr("+-", line[r->at]) && r->at + 1 < r->len && is_blank(line[r->at + 1])) {
		return read_row(r);
	}
	if (from < len && !(why = keep(r, line + from, len - from))) return vv_fail_nomem(r->err);
	return read_rule(r, why);
}

vv_status vv_checks_read(vv_checks **out, const char *text, size_t len, const char *name,
			 vv_error *err)
{
	vv_auto(vv_checks) *c = vv_calloc(1, sizeof(*c));
	reader r = {.out = c, .err = err};
	vv_status rc = VV_OK;

	*out = NULL;
	if (!c) return vv_fail_nomem(err);
	if (len > VV_CHECKS_MAX) {
		return vv_fail(err, VV_EINPUT, "%s: is larger than %u bytes", vv_text_shows(name),
			       VV_CHECKS_MAX);
	}
	if (!vv_utf8_valid(text, len) || memchr(text, '\0', len)) {
		return vv_fail(err, VV_EINPUT, "%s: is not valid UTF-8 text", vv_text_shows(name));
	}
	if (!(r.file = vv_arena_strndup(&c->arena, name, strlen(name)))) return vv_fail_nomem(err);
	for (const char *at = text, *end = text + len; at < end && rc == VV_OK;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((stop ? stop : end) - at);

		r.line++;
		rc = read_line(&r, at, n > 0 && at[n - 1] == '\r' ? n - 1 : n);
		at = stop ? stop + 1 : end;
	}
	vv_hash_index_clear(&r.names);
	return rc < 0 ? rc : vv_hand_over(out, &c);
}

void vv_checks_free(vv_checks *c)
{
	if (c) {
		vv_free_all(c->sections, c->rules, c->of);
		vv_arena_clear(&c->arena);
		vv_free(c);
	}
}

static bool section_has(const section *s, const char *path)
{
	for (size_t i = 0; i < s->count; i++) {
		if (vv_declared_pattern_has(s->patterns[i], path)) return true;
	}
	return false;
}

const vv_check_rule *vv_checks_next(const vv_checks *c, const char *path, size_t *i)
{
	while (c && *i < c->rule_count) {
		size_t at = (*i)++;

		if (!path || section_has(&c->sections[c->of[at]], path)) return &c->rules[at];
	}
	return NULL;
}

const char *vv_checks_pattern(const vv_checks *c, size_t i, size_t *line)
{
	for (size_t s = 0; c && s < c->section_count; s++) {
		if (i < c->sections[s].count) {
			*line = c->sections[s].line;
			return c->sections[s].patterns[i];
		}
		i -= c->sections[s].count;
	}
	return NULL;
}

bool vv_check_rule_takes_rows(const vv_check_rule *r)
{
	return r->kind != VV_CHECK_REFERENCES && r->kind != VV_CHECK_SELECT;
}

const char *vv_check_rule_title(const vv_check_rule *r)
{
	const char *given = vv_check_rule_given(r);

	return given ? given : r->text;
}

const char *vv_check_rule_given(const vv_check_rule *r)
{
	return r->name ? r->name : r->why;
}

bool vv_check_rule_is(const vv_check_rule *r, const char *word)
{
	return strcmp(vv_check_rule_title(r), word) == 0 || strcmp(r->text, word) == 0;
}
