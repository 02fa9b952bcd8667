/*
 * attribute_rules: Git's reading of attribute lines (attr.c and dir.c of Git 2.39, by which the
 * tests judge it).
 *
 * A line's attributes are looked at only once its pattern matches: of thousands of lines, one for
 * each table, one does.
 */
#include "repo/git/index/attribute_rules.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/ascii.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/path.h"
#include "base/sys.h"

#define LINE_MAX_BYTES 2048u /* Git ignores lines that are as long */
#define MACRO "[attr]"
#define NO_RULE SIZE_MAX

typedef struct rule {
	const char *pattern; /* without the '/' before it; of a macro its name */
	size_t len;
	size_t plain; /* bytes before the first wildcard */
	bool by_name; /* no '/' in it: matched against the path's last name */
	bool ending;  /* "*" and nothing special after it */
	vv_attr_line_words words;
	/* Of lines with the same pattern and no wildcards: the first knows the last, each the one
	 * before it. NO_RULE: there is none. */
	size_t last, before;
} rule;

typedef struct rule_list {
	rule *items;
	size_t count, cap;
} rule_list;

struct vv_attr_rules {
	vv_buf text;
	vv_arena arena; /* patterns that stood in quotes, or that a NUL has to end */
	rule_list lines, macros;
	vv_hash_index exact;    /* lines without wildcards, by pattern */
	vv_hash_index by_macro; /* macros, by name */
	size_t *others;         /* lines with some */
	size_t other_count, other_cap;
	bool folds; /* what is plain of patterns is in lower case, and paths are put into it */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t blanks(const char *p, size_t len)
{
	size_t n = 0;

	while (n < len && is_blank(p[n])) {
		n++;
	}
	return n;
}

static size_t word_length(const char *p, size_t len)
{
	size_t n = 0;

	while (n < len && !is_blank(p[n])) {
		n++;
	}
	return n;
}

static bool is_name(const char *p, size_t len)
{
	if (len == 0 || *p == '-') return false;
	for (size_t i = 0; i < len; i++) {
		char c = p[i];

		if (!(c == '-' || c == '.' || c == '_' || (c >= '0' && c <= '9') ||
		      (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) {
			return false;
		}
	}
	return true;
}

/* --- words ------------------------------------------------------------------------- */

vv_status vv_attr_words_read(vv_attr_words *words, const vv_attr_line_words *line, bool *sound,
			     vv_error *err)
{
	const char *p = line->text, *end = p + line->len;
	const size_t before = words->count;

	*sound = true;
	for (p += blanks(p, line->len); p < end; p += blanks(p, (size_t)(end - p))) {
		size_t len = word_length(p, (size_t)(end - p));
		const char *equals = memchr(p, '=', len);
		vv_attr_word w = {p, NULL, equals ? (size_t)(equals - p) : len, 0, VV_ATTR_SET};

		if (*p == '-' || *p == '!') {
			/* "-name=value" is "-name" */
			w.kind = *p == '-' ? VV_ATTR_UNSET : VV_ATTR_UNSPECIFIED;
			w.name++;
			w.name_len -= w.name_len > 0;
		} else if (equals) {
			w.kind = VV_ATTR_STRING;
			w.value = equals + 1;
			w.value_len = len - (size_t)(w.value - p);
		}
		if (!is_name(w.name, w.name_len)) {
			*sound = false;
			words->count = before;
			return VV_OK;
		}
		if (!vv_array_add(words->items, words->count, words->cap, w)) {
			return vv_fail_nomem(err);
		}
		p += len;
	}
	return VV_OK;
}

/* --- parsing ----------------------------------------------------------------------- */

static int octal(const char *p, const char *end)
{
	int value = 0;

	for (int i = 0; i < 3; i++) {
		if (p + i >= end || p[i] < '0' || p[i] > (i == 0 ? '3' : '7')) return -1;
		value = value * 8 + (p[i] - '0');
	}
	return value;
}

/* The text in C's quotes at p; its length with them, or 0 when it is not sound. out has room for
 * len bytes. */
static size_t unquote(const char *p, size_t len, char *out, size_t *out_len)
{
	static const char letters[] = "abfnrtv\\\"", bytes[] = "\a\b\f\n\r\t\v\\\"";
	const char *at = p + 1, *end = p + len;

	for (*out_len = 0; at < end && *at != '"'; at++) {
		const char *letter;
		int byte;

		if (*at != '\\') {
			out[(*out_len)++] = *at;
			continue;
		}
		if (++at == end) return 0;
		if ((letter = strchr(letters, *at)) && *letter) {
			out[(*out_len)++] = bytes[letter - letters];
		} else if ((byte = octal(at, end)) >= 0) {
			out[(*out_len)++] = (char)byte;
			at += 2;
		} else {
			return 0;
		}
	}
	return at < end ? (size_t)(at + 1 - p) : 0;
}

static uint64_t pattern_hash(const vv_attr_rules *r, const char *p, size_t len, bool by_name)
{
	return vv_xxh3(p, len, r->exact.seed ^ (by_name ? 1 : 0));
}

static bool is_special(char c)
{
	return c == '*' || c == '?' || c == '[' || c == '\\';
}

static size_t plain_length(const char *p, size_t len)
{
	size_t n = 0;

	while (n < len && !is_special(p[n])) {
		n++;
	}
	return n;
}

static void to_lower(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		text[i] = vv_to_lower(text[i]);
	}
}

/* A pattern with wildcards is matched as a string, which a NUL has to end. */
static vv_status keep(vv_attr_rules *r, const rule *made, const char **p, size_t len, vv_error *err)
{
	char *copy = vv_arena_strndup(&r->arena, *p, len);

	if (!copy) return vv_fail_nomem(err);
	if (r->folds) {
		to_lower(copy, made->ending ? len : made->plain);
	}
	*p = copy;
	return VV_OK;
}

/* The first line without wildcards that has this pattern; NULL: none has. */
static rule *first_exact(const vv_attr_rules *r, const char *text, size_t len, bool by_name)
{
	vv_hash_probe probe = vv_hash_probe_begin(&r->exact, pattern_hash(r, text, len, by_name));

	for (size_t i; vv_hash_probe_next(&probe, &i);) {
		rule *at = &r->lines.items[i];

		if (at->by_name == by_name && at->len == len &&
		    memcmp(at->pattern, text, len) == 0) {
			return at;
		}
	}
	return NULL;
}

/* The line that comes next has no wildcards. */
static vv_status add_exact(vv_attr_rules *r, rule *made, vv_error *err)
{
	rule *first = first_exact(r, made->pattern, made->len, made->by_name);

	made->last = r->lines.count;
	made->before = NO_RULE;
	if (first) {
		made->before = first->last;
		first->last = r->lines.count;
		return VV_OK;
	}
	return vv_hash_index_add(&r->exact,
				 pattern_hash(r, made->pattern, made->len, made->by_name),
				 r->lines.count)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* p: len bytes that stay, without a NUL. */
static vv_status add_pattern(vv_attr_rules *r, const char *p, size_t len,
			     const vv_attr_line_words *words, vv_error *err)
{
	rule made = {.words = *words};
	bool folders_only = len > 0 && p[len - 1] == '/';
	vv_status rc;

	if (folders_only || (len > 0 && *p == '!')) {
		return VV_OK; /* matches no file; "negative", which Git ignores */
	}
	made.by_name = !memchr(p, '/', len);
	if (len > 0 && *p == '/') {
		p++;
		len--;
	}
	made.plain = plain_length(p, len);
	made.ending = made.by_name && made.plain == 0 && len > 0 && *p == '*' &&
		      plain_length(p + 1, len - 1) == len - 1;
	made.len = len;
	if ((r->folds || (made.plain < len && !made.ending)) &&
	    (rc = keep(r, &made, &p, len, err)) < 0) {
		return rc;
	}
	made.pattern = p;
	if (!vv_array_room(r->lines.items, r->lines.count, r->lines.cap)) return vv_fail_nomem(err);
	if (made.plain == len) {
		if ((rc = add_exact(r, &made, err)) < 0) return rc;
	} else {
		if (!vv_array_add(r->others, r->other_count, r->other_cap, r->lines.count)) {
			return vv_fail_nomem(err);
		}
	}
	r->lines.items[r->lines.count++] = made;
	return VV_OK;
}

static rule *find_macro(const vv_attr_rules *r, const char *name, size_t len)
{
	vv_hash_probe probe = vv_hash_probe_begin(&r->by_macro,
						  vv_xxh3(name, len, r->by_macro.seed));

	for (size_t i; vv_hash_probe_next(&probe, &i);) {
		rule *m = &r->macros.items[i];

		if (m->len == len && memcmp(m->pattern, name, len) == 0) return m;
	}
	return NULL;
}

/* "[attr]name attributes": p is what stands after the bracket, of len bytes. */
static vv_status add_macro(vv_attr_rules *r, const char *p, size_t len,
			   const vv_attr_line_words *words, vv_error *err)
{
	vv_attr_words seen = {0};
	bool sound = true;
	rule made = {.pattern = p, .len = word_length(p, len), .words = *words}, *known;

	if (!is_name(p, made.len)) return VV_OK;
	vv_status rc = vv_attr_words_read(&seen, words, &sound, err);
	vv_free(seen.items);
	if (rc < 0 || !sound) return rc;
	if ((known = find_macro(r, p, made.len))) {
		known->words = *words; /* the last definition counts */
		return VV_OK;
	}
	if (!vv_array_room(r->macros.items, r->macros.count, r->macros.cap) ||
	    !vv_hash_index_add(&r->by_macro, vv_xxh3(p, made.len, r->by_macro.seed),
			       r->macros.count)) {
		return vv_fail_nomem(err);
	}
	r->macros.items[r->macros.count++] = made;
	return VV_OK;
}

/* The pattern of a line, without its quotes: *p and *len, which move behind it. */
static vv_status take_pattern(vv_attr_rules *r, const char **p, size_t *len, const char **pattern,
			      size_t *pattern_len, vv_error *err)
{
	size_t whole = 0;

	if (**p == '"') {
		char *text = vv_arena_alloc(&r->arena, *len);

		if (!text) return vv_fail_nomem(err);
		whole = unquote(*p, *len, text, pattern_len);
		*pattern = text;
		*pattern_len = strnlen(text, *pattern_len);
	}
	if (whole == 0) {
		*pattern = *p;
		*pattern_len = whole = word_length(*p, *len);
	}
	*p += whole;
	*len -= whole;
	return VV_OK;
}

/* One line, without its end. */
static vv_status add_line(vv_attr_rules *r, const char *p, size_t len, unsigned flags,
			  vv_error *err)
{
	const size_t macro_len = sizeof(MACRO) - 1;
	size_t skip = blanks(p, len), pattern_len = 0;
	const char *pattern = NULL;
	vv_status rc;

	if (skip == len || p[skip] == '#' || len >= LINE_MAX_BYTES) return VV_OK;
	p += skip;
	len -= skip;
	if ((rc = take_pattern(r, &p, &len, &pattern, &pattern_len, err)) < 0) return rc;
	vv_attr_line_words words = {p, len};
	if (pattern_len <= macro_len || memcmp(pattern, MACRO, macro_len) != 0) {
		return add_pattern(r, pattern, pattern_len, &words, err);
	}
	pattern += macro_len;
	pattern_len -= macro_len;
	skip = blanks(pattern, pattern_len);
	return flags & VV_ATTR_MACROS
		       ? add_macro(r, pattern + skip, pattern_len - skip, &words, err)
		       : VV_OK;
}

static vv_status add_lines(vv_attr_rules *r, unsigned flags, vv_error *err)
{
	const char *p = r->text.data, *end = p + r->text.len;
	const bool blob = (flags & VV_ATTR_BLOB) != 0;
	vv_status rc;

	if (blob && p < end) {
		end = p + strnlen(p, r->text.len);
	} else if (end - p >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
	}
	while (p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((eol ? eol : end) - p);

		size_t text = len - (!blob && eol && len > 0 && p[len - 1] == '\r');
		if ((rc = add_line(r, p, strnlen(p, text), flags, err)) < 0) return rc;
		p += len + (eol != NULL);
	}
	return VV_OK;
}

vv_status vv_attr_rules_parse(vv_attr_rules **out, vv_buf *take_text, unsigned flags, vv_error *err)
{
	vv_auto(vv_attr_rules) *r = vv_calloc(1, sizeof(*r));
	vv_status rc;

	*out = NULL;
	if (!r) {
		vv_buf_clear(take_text);
		return vv_fail_nomem(err);
	}
	r->folds = flags & VV_ATTR_FOLDS;
	r->text = *take_text;
	*take_text = (vv_buf)VV_BUF_INIT;
	vv_arena_init(&r->arena);
	vv_hash_index_init(&r->exact);
	vv_hash_index_init(&r->by_macro);
	if (r->text.len > 0 && (rc = add_lines(r, flags, err)) < 0) return rc;
	return vv_hand_over(out, &r);
}

void vv_attr_rules_free(vv_attr_rules *r)
{
	if (!r) return;
	vv_hash_index_clear(&r->exact);
	vv_hash_index_clear(&r->by_macro);
	vv_free_all(r->others, r->macros.items, r->lines.items);
	vv_arena_clear(&r->arena);
	vv_buf_clear(&r->text);
	vv_free(r);
}

/* --- matching ---------------------------------------------------------------------- */

/* As Git does it, the bytes before the first wildcard are compared first, and what is left is a
 * pattern of its own: "a**" matches "a/b", as "**" does. */
static bool matches(const vv_attr_rules *r, const rule *at, const char *path, size_t path_len,
		    const char *name)
{
	bool (*match)(const char *, const char *) = r->folds ? vv_path_match_any_case
							     : vv_path_match;
	size_t name_len = path_len - (size_t)(name - path);

	if (at->ending) {
		return at->len - 1 <= name_len &&
		       memcmp(name + name_len - (at->len - 1), at->pattern + 1, at->len - 1) == 0;
	}
	if (at->by_name) return match(at->pattern, name);
	return at->plain <= path_len && memcmp(path, at->pattern, at->plain) == 0 &&
	       match(at->pattern + at->plain, path + at->plain);
}

static int latest_first(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return x > y ? -1 : x < y;
}

typedef struct places {
	size_t *items;
	size_t count, cap;
} places;

static vv_status find_exact(const vv_attr_rules *r, const char *text, size_t len, bool by_name,
			    places *out, vv_error *err)
{
	const rule *first = first_exact(r, text, len, by_name);

	for (size_t i = first ? first->last : NO_RULE; i != NO_RULE; i = r->lines.items[i].before) {
		if (!vv_array_add(out->items, out->count, out->cap, i)) return vv_fail_nomem(err);
	}
	return VV_OK;
}

vv_status vv_attr_rules_find(const vv_attr_rules *r, const char *path, vv_attr_found *found,
			     vv_error *err)
{
	vv_auto(char) *folded = r->folds ? vv_strdup(path) : NULL;
	const size_t len = strlen(path);
	places at = {0};
	vv_status rc;

	if (r->folds && !folded) return vv_fail_nomem(err);
	if (folded) {
		to_lower(folded, len);
		path = folded;
	}
	const char *name = vv_path_base(path);
	if ((rc = find_exact(r, path, len, false, &at, err)) < 0 ||
	    (rc = find_exact(r, name, len - (size_t)(name - path), true, &at, err)) < 0) {
		goto done;
	}
	for (size_t i = 0; i < r->other_count; i++) {
		if (!matches(r, &r->lines.items[r->others[i]], path, len, name)) {
			continue;
		}
		if (!vv_array_room(at.items, at.count, at.cap)) {
			rc = vv_fail_nomem(err);
			goto done;
		}
		at.items[at.count++] = r->others[i];
	}
	if (at.count > 1) {
		qsort(at.items, at.count, sizeof(*at.items), latest_first);
	}
	if (!vv_array_room_for(found->lines, found->count, found->cap, at.count)) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	for (size_t i = 0; i < at.count; i++) {
		found->lines[found->count++] = r->lines.items[at.items[i]].words;
	}
done:
	vv_free(at.items);
	return rc;
}

bool vv_attr_rules_macro(const vv_attr_rules *r, const char *name, size_t len,
			 vv_attr_line_words *out)
{
	const rule *m = find_macro(r, name, len);

	if (m) {
		*out = m->words;
	}
	return m != NULL;
}
