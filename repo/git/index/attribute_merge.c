/*
 * attribute_merge: Git's union of the two sides determines each line's place; then lines are
 * counted, and those that a side removed are left out, as are repeats of the union. The last line
 * for a path decides, so lines that may concern one path must be in the order of the sides.
 */
#include "repo/git/index/attribute_merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/sys.h"
#include "repo/git/repository_internal.h"

typedef struct version_line {
	const char *text; /* without the line's end */
	size_t len, version;
	size_t put; /* so often it is in the result: counted in the first of equal lines */
} version_line;

typedef struct version_lines {
	version_line *items;
	size_t count, cap;
} version_lines;

/* The line at *at; false at the end. */
static bool next_line(const char *text, size_t len, size_t *at, version_line *out)
{
	const char *start = text + *at, *end = *at < len ? memchr(start, '\n', len - *at) : NULL;

	if (*at >= len) return false;
	*out = (version_line){.text = start, .len = end ? (size_t)(end - start) : len - *at};
	*at += out->len + 1;
	out->len -= out->len > 0 && start[out->len - 1] == '\r';
	return true;
}

static int compare_lines(const void *a, const void *b)
{
	const version_line *x = a, *y = b;
	const int order = memcmp(x->text, y->text, x->len < y->len ? x->len : y->len);

	return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

/* May the result have another such line? A side adds its surplus over base, and removes its deficit;
 * identical additions of both count once. */
static bool take_place(version_lines *l, const version_line *line)
{
	const size_t first = vv_first_place(i, l->count, compare_lines(&l->items[i], line) < 0);
	size_t n[3] = {0};

	for (size_t i = first; i < l->count && compare_lines(&l->items[i], line) == 0; i++) {
		n[l->items[i].version]++;
	}
	const size_t most = n[1] > n[2] ? n[1] : n[2], both = n[1] + n[2];

	return first < l->count && l->items[first].put < most &&
	       l->items[first].put++ + n[0] < both;
}

/* --- order ------------------------------------------------------------------------------------- */

enum { BASE, OURS, THEIRS, RESULT, LISTS };
#define ABSENT SIZE_MAX

/* A line that has a pattern: how often each version has it, and where it is there for the last time. */
typedef struct rule {
	version_line line;
	const char *pattern, *words;
	size_t pattern_len, words_len;
	size_t count[LISTS], at[LISTS];
} rule;

typedef struct rules {
	rule *items;
	size_t count, cap;
} rules;

static bool read_rule(rule *out, const version_line *line)
{
	static const char blanks[] = " \t";
	const char *p = line->text, *end = line->text + line->len;

	while (p < end && strchr(blanks, *p)) {
		p++;
	}
	if (p == end || *p == '#') return false;
	*out = (rule){.line = *line, .pattern = p};
	if (*p == '"') { /* skip to the closing quote */
		for (p++; p < end && *p != '"'; p++) {
			p += *p == '\\' && p + 1 < end;
		}
	}
	while (p < end && !strchr(blanks, *p)) {
		p++;
	}
	out->pattern_len = (size_t)(p - out->pattern);
	out->words = p;
	out->words_len = (size_t)(end - p);
	return true;
}

static bool rules_add(rules *r, const char *text, size_t len, size_t list)
{
	version_line line;
	rule one;

	for (size_t at = 0, place = 0; next_line(text, len, &at, &line); place++) {
		if (!read_rule(&one, &line)) {
			continue;
		}
		for (size_t i = 0; i < LISTS; i++) {
			one.at[i] = ABSENT;
		}
		one.at[list] = place;
		one.count[list] = 1;
		if (!vv_array_add(r->items, r->count, r->cap, one)) return false;
	}
	return true;
}

static int compare_rules(const void *a, const void *b)
{
	return compare_lines(&((const rule *)a)->line, &((const rule *)b)->line);
}

static int compare_places(const void *a, const void *b)
{
	const rule *x = a, *y = b;

	return (x->at[BASE] > y->at[BASE]) - (x->at[BASE] < y->at[BASE]);
}

/* Equal lines become one rule; then they are in the order of base. */
static void rules_join(rules *r)
{
	size_t n = 0;

	if (r->count < 2) return;
	qsort(r->items, r->count, sizeof(*r->items), compare_rules);
	for (size_t i = 1; i < r->count; i++) {
		rule *to = &r->items[n];
		const rule *from = &r->items[i];

		if (compare_rules(to, from) != 0) {
			r->items[++n] = *from;
			continue;
		}
		for (size_t v = 0; v < LISTS; v++) {
			to->count[v] += from->count[v];
			if (from->at[v] != ABSENT &&
			    (to->at[v] == ABSENT || from->at[v] > to->at[v])) {
				to->at[v] = from->at[v];
			}
		}
	}
	r->count = n + 1;
	qsort(r->items, r->count, sizeof(*r->items), compare_places);
}

static bool changed_by(const rule *a, size_t side)
{
	return a->count[side] != a->count[BASE];
}

static bool is_changed(const rule *a)
{
	return changed_by(a, OURS) || changed_by(a, THEIRS);
}

/* Are unchanged lines in another order on a side? */
static bool is_moved(const rules *r)
{
	size_t last[LISTS] = {0};

	for (size_t i = 0; i < r->count; i++) {
		const rule *a = &r->items[i];

		if (is_changed(a)) {
			continue;
		}
		for (size_t side = OURS; side <= THEIRS; side++) {
			if (a->at[side] < last[side]) return true;
			last[side] = a->at[side];
		}
	}
	return false;
}

static bool is_macro(const rule *a)
{
	return a->pattern_len > 6 && strncmp(a->pattern, "[attr]", 6) == 0;
}

static bool same_pattern(const rule *a, const rule *b)
{
	return a->pattern_len == b->pattern_len &&
	       memcmp(a->pattern, b->pattern, a->pattern_len) == 0;
}

static bool is_wild(char c)
{
	return c != '\0' && strchr("*?[\\\"", c) != NULL;
}

/* The pattern has a folder, so that it begins at the top: without a '/' before it. */
static bool is_anchored(const rule *a, const char **start, size_t *len)
{
	const bool slash = *a->pattern == '/';

	*start = a->pattern + slash;
	*len = a->pattern_len - slash;
	return memchr(a->pattern, '/', a->pattern_len) != NULL;
}

/* Can one path match both? Yes where that is not certain. */
static bool may_meet(const rule *a, const rule *b)
{
	const char *x, *y;
	size_t x_len, y_len, n = 0;
	const bool x_top = is_anchored(a, &x, &x_len), y_top = is_anchored(b, &y, &y_len);

	if (is_macro(a) || is_macro(b)) return true;
	while (n < x_len && n < y_len) { /* from the end */
		const char c = x[x_len - 1 - n], d = y[y_len - 1 - n];

		if (is_wild(c) || is_wild(d) || c == ']' || d == ']') {
			break;
		}
		if (vv_to_lower(c) != vv_to_lower(d)) return false;
		n++;
	}
	if (!x_top || !y_top) return true;
	for (n = 0; n < x_len && n < y_len; n++) {
		if (is_wild(x[n]) || is_wild(y[n])) return true;
		if (vv_to_lower(x[n]) != vv_to_lower(y[n])) return false;
	}
	/* the beginning of the other, which goes on */
	if (x_len == y_len) return true;
	return x_len < y_len ? is_wild(y[n]) : is_wild(x[n]);
}

/* One attribute of a line: its word, and the name in it. */
typedef struct attribute {
	const char *word, *name;
	size_t word_len, name_len;
} attribute;

static bool next_attribute(const rule *a, size_t *at, attribute *out)
{
	while (*at < a->words_len && strchr(" \t", a->words[*at])) {
		++*at;
	}
	const size_t start = *at;
	while (*at < a->words_len && !strchr(" \t", a->words[*at])) {
		++*at;
	}
	*out = (attribute){.word = a->words + start, .word_len = *at - start};
	if (out->word_len == 0) return false;
	const bool sign = strchr("-!", *out->word) != NULL;
	const char *equals = memchr(out->word, '=', out->word_len);
	out->name = out->word + sign;
	out->name_len = (equals ? (size_t)(equals - out->word) : out->word_len) - sign;
	return true;
}

static bool is_named(const attribute *a, const char *name, size_t len)
{
	return a->name_len == len && memcmp(a->name, name, len) == 0;
}

/* Does it stand for others? Of those that the files define, any. */
static bool stands_for(const rules *r, const attribute *a, const attribute *b)
{
	if (is_named(a, "binary", 6)) {
		return is_named(b, "diff", 4) || is_named(b, "merge", 5) || is_named(b, "text", 4);
	}
	return vv_array_find(r->items, r->count, it,
			     is_macro(it) && is_named(a, it->pattern + 6, it->pattern_len - 6)) !=
	       NULL;
}

/* Have the lines an attribute in common? differ: one that they set to different values. */
static bool share_attribute(const rules *r, const rule *a, const rule *b, bool differ)
{
	attribute x, y;

	if (is_macro(a) || is_macro(b)) return true;
	for (size_t i = 0; next_attribute(a, &i, &x);) {
		for (size_t k = 0; next_attribute(b, &k, &y);) {
			const bool same = x.word_len == y.word_len &&
					  memcmp(x.word, y.word, x.word_len) == 0;

			if (same && differ) {
				continue;
			}
			if (is_named(&x, y.name, y.name_len) || stands_for(r, &x, &y) ||
			    stands_for(r, &y, &x)) {
				return true;
			}
		}
	}
	return false;
}

/* Did one side change the one line, and the other side the other? */
static bool is_crossed(const rule *a, size_t side, const rule *b)
{
	const size_t other = side == OURS ? THEIRS : OURS;

	return changed_by(a, side) && !changed_by(a, other) && changed_by(b, other) &&
	       !changed_by(b, side);
}

/* -1: a is above b; 1: below; 0: not both are in the list. */
static int order_in(const rule *a, const rule *b, size_t list)
{
	if (a->at[list] == ABSENT || b->at[list] == ABSENT) return 0;
	return a->at[list] < b->at[list] ? -1 : 1;
}

/* Does the result lack the order of the lines on the sides? */
static bool is_disordered(const rule *a, const rule *b)
{
	const int ours = order_in(a, b, OURS), theirs = order_in(a, b, THEIRS),
		  base = order_in(a, b, BASE), result = order_in(a, b, RESULT);

	if (result == 0 || (result == ours && result == theirs)) return false;
	if (ours == 0 || theirs == 0) return result != ours + theirs;
	if (ours == theirs || base == 0) return true;
	return result == base; /* one side moved it */
}

static bool is_contradiction(const rules *r, const rule *a, const rule *b)
{
	const bool both = (changed_by(a, OURS) || changed_by(b, OURS)) &&
			  (changed_by(a, THEIRS) || changed_by(b, THEIRS));
	const bool alike = a->count[OURS] == a->count[THEIRS] && b->count[OURS] == b->count[THEIRS];

	if (same_pattern(a, b) && both && !alike) return true;
	if (!may_meet(a, b)) return false;
	for (size_t side = OURS; side <= THEIRS; side++) {
		const size_t other = side == OURS ? THEIRS : OURS;
		const bool grows = a->count[side] > a->count[BASE],
			   other_grows = b->count[other] > b->count[BASE];

		if (is_crossed(a, side, b) && share_attribute(r, a, b, grows == other_grows)) {
			return true;
		}
	}
	return is_disordered(a, b) && share_attribute(r, a, b, true);
}

static bool has_contradiction(const rules *r)
{
	const bool moved = is_moved(r);

	for (size_t i = 0; i < r->count; i++) {
		const rule *a = &r->items[i];

		if (!moved && !is_changed(a)) {
			continue;
		}
		if (changed_by(a, OURS) && changed_by(a, THEIRS) &&
		    a->count[OURS] != a->count[THEIRS]) {
			return true;
		}
		for (size_t k = 0; k < r->count; k++) {
			if (k != i && is_contradiction(r, a, &r->items[k])) return true;
		}
	}
	return false;
}

/* --- conflict ---------------------------------------------------------------------------------- */

static void put_lines(vv_buf *out, const char *text, size_t len)
{
	vv_buf_put(out, text, len);
	if (len > 0 && text[len - 1] != '\n') {
		vv_buf_putc(out, '\n');
	}
}

/* Length of the equal lines at the start. */
static size_t same_start(const vv_buf *a, const vv_buf *b)
{
	const size_t most = a->len < b->len ? a->len : b->len;
	size_t same = 0;

	for (size_t i = 0; i < most && a->data[i] == b->data[i]; i++) {
		if (a->data[i] == '\n') {
			same = i + 1;
		}
	}
	return same;
}

/* All from the first line that differs, as the lines that contradict each other need not be side by side. */
static void put_conflict(vv_buf *out, const vv_buf *ours, const vv_buf *theirs)
{
	const size_t same = same_start(ours, theirs);

	vv_buf_put(out, vv_buf_cstr(ours), same);
	vv_buf_puts(out, "<<<<<<< ours\n");
	put_lines(out, vv_buf_cstr(ours) + same, ours->len - same);
	vv_buf_puts(out, "=======\n");
	put_lines(out, vv_buf_cstr(theirs) + same, theirs->len - same);
	vv_buf_puts(out, ">>>>>>> theirs\n");
}

static vv_status check_order(vv_buf *out, size_t before, const vv_buf *const versions[3],
			     bool *conflict, vv_error *err)
{
	rules r = {0};
	bool room = true;

	for (size_t v = 0; room && v < 3; v++) {
		room = rules_add(&r, vv_buf_cstr(versions[v]), versions[v]->len, v);
	}
	room = room && rules_add(&r, vv_buf_cstr(out) + before, out->len - before, RESULT);
	if (room) {
		rules_join(&r);
		*conflict = has_contradiction(&r);
	}
	vv_free(r.items);
	if (!room) return vv_fail_nomem(err);
	if (*conflict) {
		out->len = before;
		put_conflict(out, versions[OURS], versions[THEIRS]);
	}
	return vv_buf_ok(out, err);
}

vv_status vv_attr_merge(vv_buf *out, bool *conflict, const vv_buf *base, const vv_buf *ours,
			const vv_buf *theirs, vv_error *err)
{
	const size_t before = out->len;
	const vv_buf *versions[] = {base, ours, theirs};
	git_merge_file_input in[3];
	git_merge_file_options opts;
	git_merge_file_result all = {0};
	version_lines lines = {0};
	version_line line;
	bool room = true;
	int code;

	(void)git_merge_file_options_init(&opts, GIT_MERGE_FILE_OPTIONS_VERSION);
	opts.favor = GIT_MERGE_FILE_FAVOR_UNION;
	for (size_t v = 0, at = 0; v < 3; v++, at = 0) {
		(void)git_merge_file_input_init(&in[v], GIT_MERGE_FILE_INPUT_VERSION);
		in[v].ptr = vv_buf_cstr(versions[v]);
		in[v].size = versions[v]->len;
		while (room && next_line(in[v].ptr, in[v].size, &at, &line)) {
			line.version = v;
			room = vv_array_add(lines.items, lines.count, lines.cap, line);
		}
	}
	if (room && lines.count > 1) {
		qsort(lines.items, lines.count, sizeof(*lines.items), compare_lines);
	}
	code = room ? git_merge_file(&all, &in[0], &in[1], &in[2], &opts) : 0;
	for (size_t at = 0, start = 0; code == 0 && next_line(all.ptr, all.len, &at, &line);
	     start = at) {
		if (take_place(&lines, &line)) {
			vv_buf_put(out, line.text, (at < all.len ? at : all.len) - start);
		}
	}
	git_merge_file_result_free(&all);
	vv_free(lines.items);
	*conflict = false;
	if (!room) return vv_fail_nomem(err);
	if (code < 0) return vv_git_fail(err, code, "cannot merge the lines of .gitattributes");
	vv_status rc = vv_buf_ok(out, err);
	return rc < 0 ? rc : check_order(out, before, versions, conflict, err);
}
