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

#define LIST_MAX 64u    /* columns of a key, groups, tags, patterns of a section */
#define ONE 1000000000u /* the share 1, in billionths, as VV_BILLION */

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

/* A line that is being read. After the first failure, which rc keeps, no word is found and no
 * expression is read, so that only loops have to look at it. */
typedef struct reader {
	vv_checks *out;
	const char *file;
	size_t line;
	const char *text; /* of the line, to its comment */
	size_t len, at;
	vv_hash_index names; /* of the section's rules */
	vv_status rc;
	vv_error *err;
} reader;

static size_t count_characters(const char *s, size_t len)
{
	return vv_value_text_length(s, len);
}

static void fail_at(reader *r, size_t at, const char *what)
{
	if (r->rc == VV_OK) {
		r->rc = vv_fail(r->err, VV_EINPUT, "%s:%zu:%zu: %s", r->file, r->line,
				count_characters(r->text, at) + 1, what);
	}
}

/* Was memory there? */
static bool got_memory(reader *r, bool there)
{
	if (!there && r->rc == VV_OK) {
		r->rc = vv_fail_nomem(r->err);
	}
	return there;
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

/* Where the text ends without the blanks at its end. */
static size_t trimmed_end(const char *s, size_t from, size_t to)
{
	while (to > from && is_blank(s[to - 1])) {
		to--;
	}
	return to;
}

/* Never NULL. */
static const char *copy_text(reader *r, const char *s, size_t len)
{
	const char *kept = vv_arena_strndup(&r->out->arena, s, len);

	return got_memory(r, kept) ? kept : "";
}

static const char *keep_trimmed(reader *r, size_t from, size_t to)
{
	return copy_text(r, r->text + from, trimmed_end(r->text, from, to) - from);
}

/* A list that ends with NULL; NULL: without memory. */
static const char **new_list(reader *r)
{
	const char **list = vv_arena_calloc(&r->out->arena, LIST_MAX + 1, sizeof(*list));

	got_memory(r, list);
	return list;
}

/* Can the list take one more? Not after a failure either. */
static bool has_room(reader *r, size_t count, const char *too_many)
{
	if (count == LIST_MAX) {
		fail_at(r, r->at, too_many);
	}
	return r->rc == VV_OK;
}

/* Is the word next? It is then passed. */
static bool take_word(reader *r, const char *word)
{
	size_t n = strlen(word);

	skip_blank(r);
	if (r->rc < 0 || r->len - r->at < n || !vv_ascii_is(r->text + r->at, n, word) ||
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

/* A text in quotes, that are written twice inside. */
static const char *take_quoted(reader *r)
{
	const size_t begin = r->at, end = quoted_end(r->text, r->len, begin);
	char *name = vv_arena_alloc(&r->out->arena, end - begin);
	size_t n = 0;

	if (end > r->len) {
		fail_at(r, begin, "a quote is not closed");
	}
	if (!got_memory(r, name) || r->rc < 0) return "";
	for (size_t i = begin + 1; i + 1 < end; i++) {
		i += r->text[i] == r->text[begin];
		name[n++] = r->text[i];
	}
	name[n] = '\0';
	r->at = end;
	return name;
}

/* A name, perhaps in quotes. */
static const char *take_name(reader *r, const char *what)
{
	skip_blank(r);
	if (r->at < r->len && strchr("\"'`", r->text[r->at])) return take_quoted(r);
	const size_t begin = r->at;
	while (r->at < r->len && is_name(r->text[r->at])) {
		r->at++;
	}
	if (r->at == begin) {
		fail_at(r, begin, what);
	}
	return copy_text(r, r->text + begin, r->at - begin);
}

/* (a, b) or a */
static const char **take_columns(reader *r, bool bare)
{
	const char **list = new_list(r);
	size_t count = 0;
	bool open = take_word(r, "(");

	if (!open && !bare) {
		fail_at(r, r->at, "expected '(' and columns");
	}
	do {
		if (!has_room(r, count, "too many columns")) return list;
		list[count++] = take_name(r, "expected the name of a column");
	} while (open && take_word(r, ","));
	if (open && !take_word(r, ")")) {
		fail_at(r, r->at, "expected ',' or ')'");
	}
	return list;
}

/* Looks at the form of an expression whose text begins `ahead` characters before the place in the
 * line. */
static bool compile_condition(reader *r, const char *text, size_t len, size_t ahead, bool value,
			      vv_condition **out)
{
	const vv_condition_how how = {.line = true,
				      .value = value,
				      .file = r->file,
				      .file_line = r->line,
				      .file_column = count_characters(r->text, r->at) - ahead + 1};

	if (r->rc == VV_OK) {
		r->rc = vv_condition_compile(out, text, len, NULL, &how, r->err);
	}
	return r->rc == VV_OK;
}

static const char *take_expression(reader *r, bool value, vv_condition **out)
{
	const size_t begin = r->at;

	if (!compile_condition(r, r->text + begin, r->len - begin, 0, value, out)) return "";
	r->at += vv_condition_end(*out);
	return keep_trimmed(r, begin, r->at);
}

/* An expression about a single row; `what` is the error for any other. */
static const char *take_row_expression(reader *r, bool value, const char *what)
{
	vv_auto(vv_condition) *c = NULL;
	const size_t begin = r->at;
	const char *text = take_expression(r, value, &c);

	if (c && vv_condition_scope_of(c) != VV_SCOPE_ROW) {
		fail_at(r, begin, what);
	}
	return text;
}

static void take_where(reader *r, vv_check_rule *rule)
{
	skip_blank(r);
	if (rule->where) {
		fail_at(r, r->at, "a rule can have only one 'where'");
	}
	rule->where_at = count_characters(r->text, r->at);
	rule->where = take_row_expression(r, false, "'where' can use only the columns of a row");
}

static void take_groups(reader *r, vv_check_rule *rule)
{
	size_t count = 0;

	if (rule->kind != VV_CHECK_TABLE) {
		fail_at(r, r->at, "'group by' requires a rule about counts or sums");
	}
	if (!take_word(r, "by")) {
		fail_at(r, r->at, "expected 'by' after 'group'");
	}
	rule->groups = new_list(r);
	skip_blank(r);
	rule->groups_at = count_characters(r->text, r->at);
	do {
		skip_blank(r);
		if (!has_room(r, count, "too many groups")) return;
		rule->groups[count++] = take_row_expression(
			r, true, "'group by' can use only the columns of a row");
	} while (take_word(r, ","));
}

static void take_mark(reader *r, vv_check_rule *rule, size_t *tags)
{
	const char mark = r->text[r->at++];
	const size_t begin = r->at;

	while (r->at < r->len && (is_name(r->text[r->at]) || strchr("-.", r->text[r->at]))) {
		r->at++;
	}
	if (r->at == begin) {
		fail_at(r, begin, "expected a name after '@' or '#'");
	}
	const char *word = copy_text(r, r->text + begin, r->at - begin);
	if (mark == '@') {
		rule->owner = word;
		return;
	}
	if (!rule->tags) {
		rule->tags = new_list(r);
	}
	if (has_room(r, *tags, "too many tags")) {
		rule->tags[(*tags)++] = word;
	}
}

static void add_rule(reader *r, const vv_check_rule *rule)
{
	vv_checks *c = r->out;

	if (got_memory(r, vv_array_room(c->rules, c->rule_count, c->rule_cap) &&
				  vv_array_room(c->of, c->rule_count, c->of_cap))) {
		c->of[c->rule_count] = c->section_count - 1;
		c->rules[c->rule_count++] = *rule;
	}
}

/* ", <= 0.10 error": another bound for the same left side. */
typedef struct bounds {
	const char *left; /* the text before the comparison */
	size_t text_end;  /* where the rule ends in the line, and severity and marks begin */
	size_t count;
	vv_check_rule rules[8];
} bounds;

static void take_bound(reader *r, bounds *b, vv_check_rule *rule)
{
	vv_auto(vv_condition) *c = NULL;
	const size_t left = strlen(b->left), from = r->at;

	skip_blank(r);
	if (b->count == sizeof(b->rules) / sizeof(b->rules[0])) {
		fail_at(r, from, "too many bounds");
	}
	char *text = vv_arena_printf(&r->out->arena, "%s%.*s", b->left, (int)(r->len - r->at),
				     r->text + r->at);
	if (!got_memory(r, text) ||
	    !compile_condition(r, text, strlen(text), count_characters(b->left, left), false, &c)) {
		return;
	}
	const size_t end = vv_condition_end(c);
	if (end <= left) {
		fail_at(r, r->at, "expected a bound");
		return;
	}
	r->at += end - left;
	text[trimmed_end(text, 0, end)] = '\0';
	vv_check_rule *next = &b->rules[b->count++];
	*next = *rule;
	next->condition = text;
	next->severity = VV_SEVERITY_ERROR;
}

/* Reads the parts after a rule: where, group by, severity, marks, further bounds. */
static void take_tail(reader *r, vv_check_rule *rule, bounds *b)
{
	size_t tags = 0;

	b->rules[0] = *rule;
	b->count = 1;
	b->text_end = r->at;
	for (skip_blank(r); r->rc == VV_OK && r->at < r->len; skip_blank(r)) {
		size_t at = r->at;

		if (take_word(r, "where")) {
			take_where(r, rule);
			b->text_end = r->at;
		} else if (take_word(r, "group")) {
			take_groups(r, rule);
			b->text_end = r->at;
		} else if (take_word(r, "warning") || take_word(r, "warn")) {
			b->rules[b->count - 1].severity = VV_SEVERITY_WARNING;
		} else if (take_word(r, "error")) {
			b->rules[b->count - 1].severity = VV_SEVERITY_ERROR;
		} else if (r->text[at] == '@' || r->text[at] == '#') {
			take_mark(r, rule, &tags);
		} else if (r->text[at] == ',' && b->left) {
			r->at++;
			take_bound(r, b, rule);
		} else {
			fail_at(r, at,
				"expected where, group by, warn, error, @owner, #tag or -- why");
		}
	}
}

/* All that further bounds of a line share. */
static void add_bounds(reader *r, const vv_check_rule *rule, bounds *b)
{
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
			got_memory(r, one.condition);
		}
		add_rule(r, &one);
	}
}

static void read_unique(reader *r, vv_check_rule *rule)
{
	rule->kind = VV_CHECK_UNIQUE;
	rule->rule = vv_rule_find("unique-error");
	rule->columns = take_columns(r, true);
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

static size_t list_length(const char *const *list)
{
	size_t count = 0;

	while (list[count]) {
		count++;
	}
	return count;
}

/* The name to write for a path without quotes: "stations" of "data/stations.csv(id)". */
static void hint_table_name(reader *r, size_t begin)
{
	const char *const text = r->text + begin, *name = text;
	const char *const end = memchr(text, '(', r->len - begin);
	size_t len;

	for (const char *c = text; end && c < end; c++) {
		name = *c == '/' ? c + 1 : name;
	}
	if (r->rc == VV_OK || !end) return;
	for (len = 0; name + len < end && is_name(name[len]); len++) {
	}
	if (len > 0) {
		vv_hint(r->err,
			"write the table without folder and ending: references %.*s(COLUMN)",
			(int)len, name);
	}
}

static void read_reference(reader *r, vv_check_rule *rule)
{
	size_t at;

	rule->kind = VV_CHECK_REFERENCES;
	rule->rule = vv_rule_find("foreign-key");
	rule->columns = take_columns(r, true);
	if (!take_word(r, "references")) {
		fail_at(r, r->at, "expected 'references'");
	}
	skip_blank(r);
	const size_t begin = r->at;
	const bool fine = r->rc == VV_OK;
	rule->target = take_name(r, "expected the name of a table");
	at = r->at;
	rule->targets = take_columns(r, false);
	if (fine) {
		hint_table_name(r, begin);
	}
	if (r->rc == VV_OK && list_length(rule->columns) != list_length(rule->targets)) {
		fail_at(r, at, "expected the same number of columns as before 'references'");
	}
}

static void read_condition(reader *r, vv_check_rule *rule, bounds *b)
{
	static const char *const codes[] = {"row-constraint", "table-constraint",
					    "change-constraint"};
	vv_auto(vv_condition) *c = NULL;
	const size_t begin = r->at;

	rule->condition_at = count_characters(r->text, begin);
	rule->condition = take_expression(r, false, &c);
	if (!c) return;
	rule->kind = (vv_check_kind)vv_condition_scope_of(c);
	rule->rule = vv_rule_find(codes[rule->kind]);
	if (vv_condition_left(c) > 0) {
		b->left = copy_text(r, r->text + begin, vv_condition_left(c));
	}
}

/* Where the parenthesis before the place is closed; len, where it is not. */
static size_t closed_at(const char *s, size_t len, size_t at)
{
	for (size_t depth = 1; at < len; at++) {
		if (strchr("\"'`", s[at])) {
			at = quoted_end(s, len, at) - 1;
		} else if (s[at] == '(') {
			depth++;
		} else if (s[at] == ')' && --depth == 0) {
			return at;
		}
	}
	return len;
}

/* Is it LEFT.* OPERATOR RIGHT.*, up to the end? The operator has two spellings. */
static bool is_of_rows(const reader *r, size_t end, const char *left,
		       const char *const operators[2], const char *right)
{
	reader at = *r;

	return take_word(&at, left) && take_word(&at, ".") && take_word(&at, "*") &&
	       (take_word(&at, operators[0]) || take_word(&at, operators[1])) &&
	       take_word(&at, right) && take_word(&at, ".") && take_word(&at, "*") &&
	       trimmed_end(at.text, at.at, end) == at.at;
}

static bool is_whole(const reader *r, size_t end)
{
	return is_of_rows(r, end, "old", (const char *const[]){"<>", "!="}, "new");
}

static bool is_older(const reader *r, size_t end)
{
	return is_of_rows(r, end, "new", (const char *const[]){"==", "="}, "older");
}

/* Is it share(CONDITION), with a condition on changed rows? Then r is after the parenthesis. */
static bool take_change_share(reader *r)
{
	reader at = *r;
	vv_auto(vv_condition) *c = NULL;

	if (!take_word(&at, "share") || !take_word(&at, "(")) return false;
	skip_blank(&at);
	const size_t end = closed_at(at.text, at.len, at.at);
	const vv_condition_how how = {.line = true};
	if (is_whole(&at, end) || is_older(&at, end)) {
		r->at = at.at;
		return true;
	}
	if (end == at.len ||
	    vv_condition_compile(&c, at.text + at.at, end - at.at, NULL, &how, VV_IGNORED) < 0 ||
	    vv_condition_scope_of(c) != VV_SCOPE_CHANGE || vv_condition_end(c) != end - at.at) {
		return false;
	}
	r->at = at.at;
	return true;
}

/* A number from 0 to 1, in billionths: 0.2 */
static bool take_share(reader *r, uint64_t *out)
{
	const size_t begin = r->at;
	uint64_t unit = ONE; /* of the next digit */
	bool point = false;

	for (*out = 0; r->at < r->len && (is_name(r->text[r->at]) || r->text[r->at] == '.');
	     r->at++) {
		const uint64_t digit = (uint64_t)(unsigned char)r->text[r->at] - '0';

		if (r->text[r->at] == '.' && !point && r->at > begin) {
			point = true;
		} else if (digit > 9 || (!point && r->at > begin)) {
			return false;
		} else {
			*out += digit * unit;
			unit /= 10;
		}
	}
	return r->at > begin && *out <= ONE;
}

/* share(old.price <> new.price) <= 0.2 */
static void read_change_share(reader *r, vv_check_rule *rule)
{
	static const char expected[] =
		"expected '<=' and a number from 0 to 1 after the share of changed rows";
	const size_t end = closed_at(r->text, r->len, r->at);

	rule->kind = VV_CHECK_CHANGE;
	rule->is_share = true;
	rule->is_whole = is_whole(r, end);
	rule->is_older = is_older(r, end);
	rule->rule = vv_rule_find("change-constraint");
	rule->condition_at = count_characters(r->text, r->at);
	rule->condition = keep_trimmed(r, r->at, end);
	r->at = end + 1;
	if (!take_word(r, "<=")) {
		fail_at(r, r->at, expected);
	}
	skip_blank(r);
	const size_t number = r->at;
	if (!take_share(r, &rule->most)) {
		fail_at(r, number, expected);
	}
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
static void read_select(reader *r, vv_check_rule *rule)
{
	static const char *const words[] = {"warn", "warning", "error"};
	size_t end = r->len;

	for (size_t from = end; from > r->at; end = from) {
		end = trimmed_end(r->text, r->at, end);
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
	rule->condition_at = count_characters(r->text, r->at);
	rule->condition = keep_trimmed(r, r->at, end);
	r->at = end;
}

/* NAME: in front of a rule. */
static void take_title(reader *r, vv_check_rule *rule)
{
	size_t end = r->at;

	while (end < r->len && (is_name(r->text[end]) || r->text[end] == '-')) {
		end++;
	}
	if (end == r->at || end == r->len || r->text[end] != ':') return;
	rule->name = copy_text(r, r->text + r->at, end - r->at);
	const uint64_t hash = vv_xxh3(r->text + r->at, end - r->at, vv_hash_seed());
	vv_hash_probe p = vv_hash_probe_begin(&r->names, hash);
	for (size_t at; vv_hash_probe_next(&p, &at);) {
		if (strcmp(r->out->rules[at].name, rule->name) == 0) {
			r->rc = vv_fail(
				r->err, VV_EINPUT,
				"%s:%zu: the rule of line %zu has the same name, '%s'\ngive one of "
				"the two rules another name",
				r->file, r->line, r->out->rules[at].line,
				vv_text_shows(rule->name));
		}
	}
	r->at = end + 1;
	skip_blank(r);
	got_memory(r, vv_hash_index_add(&r->names, hash, r->out->rule_count));
}

static void read_rule(reader *r, const char *why)
{
	vv_check_rule rule = {
		.severity = VV_SEVERITY_ERROR, .why = why, .file = r->file, .line = r->line};
	bounds b = {.count = 0};

	take_title(r, &rule);
	const size_t begin = r->at;
	if (r->out->section_count == 0) {
		fail_at(r, begin, "expected a section such as [orders.csv] before the first rule");
	}
	if (take_word(r, "columns") && r->at < r->len) {
		skip_blank(r);
		if (r->at < r->len && r->text[r->at] == '\'') {
			rule.pattern = take_name(r, "");
			if (!take_word(r, ":")) {
				fail_at(r, r->at, "a ':' is expected");
			}
			skip_blank(r);
		}
	}
	if (!rule.pattern) {
		r->at = begin;
	}
	const size_t form = r->at;
	if (!rule.pattern && is_select(r)) {
		read_select(r, &rule);
	} else if (!rule.pattern && take_word(r, "unique") && r->at < r->len &&
		   (is_blank(r->text[r->at]) || r->text[r->at] == '(')) {
		read_unique(r, &rule);
	} else {
		r->at = form;
		if (!rule.pattern && is_reference(r)) {
			read_reference(r, &rule);
		} else if (!rule.pattern && take_change_share(r)) {
			read_change_share(r, &rule);
		} else {
			read_condition(r, &rule, &b);
		}
	}
	if (rule.pattern && rule.kind != VV_CHECK_ROW) {
		fail_at(r, form, "'columns' is for rules about single rows");
	}
	take_tail(r, &rule, &b);
	if (rule.where && rule.kind == VV_CHECK_REFERENCES) {
		fail_at(r, form, "a reference cannot have a 'where'");
	}
	if (rule.where && rule.is_share) {
		fail_at(r, form, "a share of changed rows cannot have a 'where'");
	}
	rule.text = keep_trimmed(r, begin, b.text_end);
	add_bounds(r, &rule, &b);
}

static void read_section(reader *r)
{
	vv_checks *c = r->out;

	if (!got_memory(r, vv_array_room(c->sections, c->section_count, c->section_cap))) return;
	section *s = &c->sections[c->section_count++];
	*s = (section){.line = r->line};
	vv_hash_index_reset(&r->names);
	do {
		r->at++;
		skip_blank(r);
		const size_t begin = r->at;
		if (!has_room(r, s->count, "too many patterns")) return;
		while (r->at < r->len && r->text[r->at] != ',' && r->text[r->at] != ']') {
			r->at++;
		}
		if (r->at == r->len) {
			fail_at(r, r->at, "a ']' is expected");
		}
		const char *pattern = keep_trimmed(r, begin, r->at);
		if (!*pattern) {
			fail_at(r, begin, "expected a path or a pattern");
		}
		s->patterns[s->count++] = pattern;
	} while (r->rc == VV_OK && r->text[r->at] == ',');
	r->at++;
	skip_blank(r);
	if (r->at < r->len) {
		fail_at(r, r->at, "expected only a comment");
	}
}

/* + or - and a row, under a rule. */
static void read_row(reader *r)
{
	vv_checks *c = r->out;
	const size_t last = c->rule_count - 1;
	vv_check_rule *rule = c->rule_count > 0 && c->of[last] == c->section_count - 1
				      ? &c->rules[last]
				      : NULL;

	if (rule && rule->is_share) {
		fail_at(r, r->at, "a share of changed rows cannot have example rows");
		return;
	}
	if (!rule || !vv_check_rule_takes_rows(rule)) {
		fail_at(r, r->at,
			rule ? "a reference or a query cannot have example rows, as they depend on "
			       "other tables"
			     : "expected a rule before its example rows");
		return;
	}
	if ((rule->row_count & (rule->row_count - 1)) == 0) { /* room for twice as many */
		vv_check_row *more = vv_arena_calloc(&c->arena, 2 * rule->row_count + 1,
						     sizeof(*more));

		if (!got_memory(r, more)) return;
		for (size_t i = 0; i < rule->row_count; i++) {
			more[i] = rule->rows[i];
		}
		rule->rows = more;
	}
	const bool right = r->text[r->at++] == '+';
	skip_blank(r);
	rule->rows[rule->row_count++] = (vv_check_row){
		.right = right, .text = keep_trimmed(r, r->at, r->len), .line = r->line};
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

static void read_line(reader *r, const char *line, size_t len)
{
	const size_t end = comment_at(line, len);
	size_t why = end;

	while (why < len && (line[why] == '-' || is_blank(line[why]))) {
		why++;
	}
	r->text = line;
	r->len = trimmed_end(line, 0, end > len ? len : end);
	r->at = 0;
	skip_blank(r);
	if (r->at >= r->len) return;
	if (line[r->at] == '[') {
		read_section(r);
	} else if (line[r->at] == '#') {
		fail_at(r, r->at, "a comment begins with --, not with #");
	} else if (strchr("+-", line[r->at]) && r->at + 1 < r->len && is_blank(line[r->at + 1])) {
		read_row(r);
	} else {
		read_rule(r, why < len ? copy_text(r, line + why, len - why) : NULL);
	}
}

vv_status vv_checks_read(vv_checks **out, const char *text, size_t len, const char *name,
			 vv_error *err)
{
	vv_auto(vv_checks) *c = vv_calloc(1, sizeof(*c));
	reader r = {.out = c, .err = err};

	*out = NULL;
	if (!c) return vv_fail_nomem(err);
	if (len > VV_CHECKS_MAX) {
		return vv_fail(err, VV_EINPUT, "%s: is larger than %u bytes", vv_text_shows(name),
			       VV_CHECKS_MAX);
	}
	if (!vv_utf8_valid(text, len) || memchr(text, '\0', len)) {
		return vv_fail(err, VV_EINPUT, "%s: is not valid UTF-8 text", vv_text_shows(name));
	}
	r.file = copy_text(&r, name, strlen(name));
	for (const char *at = text, *end = text + len; at < end && r.rc == VV_OK;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((stop ? stop : end) - at);

		r.line++;
		read_line(&r, at, n > 0 && at[n - 1] == '\r' ? n - 1 : n);
		at = stop ? stop + 1 : end;
	}
	vv_hash_index_clear(&r.names);
	return r.rc < 0 ? r.rc : vv_hand_over(out, &c);
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
	return vv_array_find(s->patterns, s->count, it, vv_declared_pattern_has(*it, path)) != NULL;
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
	return r->kind != VV_CHECK_REFERENCES && r->kind != VV_CHECK_SELECT && !r->is_share;
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
