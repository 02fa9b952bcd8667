/*
 * attribute_lines: finds, adds and removes lines of .gitattributes files as text.
 *
 * A literal path is written so that Git and libgit2 read it alike: libgit2 1.5 does not support
 * quoted patterns and treats a backslash literally if a pattern has no wildcard, so special
 * characters are put into brackets.
 */
#include "repo/git/index/attribute_lines.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/blob.h"
#include "repo/git/drivers.h"
#include "repo/git/index/attributes.h"
#include "repo/git/index/index_internal.h"
#include "repo/git/index/worktree.h"
#include "repo/git/repository_internal.h"

#define FILE_BYTES_MAX (16u << 20)
#define OUR_ATTRIBUTES "filter=varve diff=varve merge=varve -text"
#define TEXT_ATTRIBUTES "diff=varve merge=varve"
#define UNSET " !filter !diff !merge -text"
#define OWN_LINE ".gitattributes merge=" VV_ATTR_MERGE_DRIVER

/* --- lines ------------------------------------------------------------------------- */

typedef struct attr_line {
	size_t start, end;   /* in the file; end is after the line's end */
	const char *pattern; /* as written; borrowed */
	size_t pattern_len;
	const char *rest; /* the attributes, without the line's end */
	size_t rest_len;
} attr_line;

static size_t pattern_length(const char *p, size_t len)
{
	size_t i = 0;

	if (len > 0 && p[0] == '"') {
		for (i = 1; i < len && p[i] != '"'; i++) {
			i += p[i] == '\\' && i + 1 < len;
		}
		return i < len ? i + 1 : len;
	}
	while (i < len && p[i] != ' ' && p[i] != '\t') {
		i++;
	}
	return i;
}

/* The next line from *at on; false at the end. Comments, blank lines and macros
 * come with an empty pattern. */
static bool next_line(const vv_buf *text, size_t *at, attr_line *out)
{
	size_t skip;

	if (*at >= text->len) return false;
	const char *p = text->data + *at;
	const char *eol = memchr(p, '\n', text->len - *at);
	size_t len = eol ? (size_t)(eol - p) : text->len - *at;
	out->start = *at;
	out->end = *at + len + (eol != NULL);
	*at = out->end;
	len = strnlen(p, len); /* as for Git, a NUL ends the line's text */
	if (len > 0 && p[len - 1] == '\r') {
		len--;
	}
	if (out->start == 0 && len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
		len -= 3;
	}
	for (skip = 0; skip < len && (p[skip] == ' ' || p[skip] == '\t'); skip++) {
	}
	p += skip;
	len -= skip;
	out->pattern = p;
	out->pattern_len = pattern_length(p, len);
	if (len > 0 && (p[0] == '#' || (len >= 6 && memcmp(p, "[attr]", 6) == 0))) {
		out->pattern_len = 0;
	}
	p += out->pattern_len;
	len -= out->pattern_len;
	for (skip = 0; skip < len && (p[skip] == ' ' || p[skip] == '\t'); skip++) {
	}
	out->rest = p + skip;
	out->rest_len = len - skip;
	return true;
}

/* The next word of the attributes; false at their end. */
static bool next_word(const char **p, size_t *left, const char **word, size_t *len)
{
	while (*left > 0 && (**p == ' ' || **p == '\t')) {
		(*p)++;
		(*left)--;
	}
	for (*word = *p, *len = 0; *len < *left && (*p)[*len] != ' ' && (*p)[*len] != '\t';
	     (*len)++) {
	}
	*p += *len;
	*left -= *len;
	return *len > 0;
}

static bool is_word(const char *word, size_t len, const char *wanted)
{
	return strlen(wanted) == len && memcmp(word, wanted, len) == 0;
}

static bool has_word(const attr_line *line, const char *wanted)
{
	const char *p = line->rest, *word;
	size_t left = line->rest_len, len;

	while (next_word(&p, &left, &word, &len)) {
		if (is_word(word, len, wanted)) return true;
	}
	return false;
}

static vv_status read_attributes(const char *path, vv_buf *out, vv_error *err)
{
	vv_stat st;
	vv_status rc = vv_lstat(&st, path, err);

	if (rc < 0) return vv_missing_ok(rc, err);
	if (!S_ISREG(st.mode)) { /* Git does not follow it either */
		return vv_fail(err, VV_EREFUSED, "'%s' is not a regular file", vv_text_shows(path));
	}
	return vv_read_regular(out, path, FILE_BYTES_MAX, err);
}

/* Which lines are requested, and for whom. */
typedef struct line_search {
	vv_attr_lines_kind kind;
	vv_buf macros; /* " name " of each macro with such words, met so far */
	vv_attr_line_fn fn;
	void *payload;
} line_search;

static bool is_filter_line(const attr_line *line)
{
	return has_word(line, "filter=varve") || has_word(line, "-filter") ||
	       has_word(line, "!filter");
}

static bool is_compared_line(const attr_line *line)
{
	return !has_word(line, "filter=varve") &&
	       (has_word(line, "diff=varve") || has_word(line, "merge=varve"));
}

static bool begins_with(const char *word, size_t len, const char *start)
{
	return len > strlen(start) && memcmp(word, start, strlen(start)) == 0;
}

static bool is_macro(const line_search *s, const char *word, size_t len)
{
	const char *p = s->macros.data, *name;
	size_t left = s->macros.len, name_len;

	while (next_word(&p, &left, &name, &name_len)) {
		if (name_len == len && memcmp(name, word, len) == 0) return true;
	}
	return false;
}

static bool is_text_line(line_search *s, const attr_line *line)
{
	const char *p = line->rest, *word;
	size_t left = line->rest_len, len;
	bool found = false;

	while (!found && next_word(&p, &left, &word, &len)) {
		found = is_word(word, len, "text") || is_word(word, len, "!text") ||
			is_word(word, len, "-text") || is_word(word, len, "binary") ||
			begins_with(word, len, "text=") || begins_with(word, len, "eol=") ||
			is_word(word, len, "crlf") || begins_with(word, len, "crlf=") ||
			begins_with(word, len, "working-tree-encoding=") || is_macro(s, word, len);
	}
	return found;
}

static bool is_wanted(line_search *s, const attr_line *line)
{
	if (s->kind == VV_ATTR_TEXT_LINES) return is_text_line(s, line);
	return s->kind == VV_ATTR_FILTER_LINES ? is_filter_line(line) : is_compared_line(line);
}

/* "[attr]name text eol=crlf": any line may use just the name. */
static void note_macro(line_search *s, const attr_line *line)
{
	const char *p = line->rest, *word;
	size_t left = line->rest_len, len;
	attr_line own = *line;

	if (!next_word(&p, &left, &word, &len) || !begins_with(word, len, "[attr]")) return;
	own.rest = p;
	own.rest_len = left;
	if (is_text_line(s, &own)) {
		vv_buf_putc(&s->macros, ' ');
		vv_buf_put(&s->macros, word + 6, len - 6);
		vv_buf_putc(&s->macros, ' ');
	}
}

static vv_status lines_of(line_search *s, const char *file, const char *path, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	attr_line line;
	size_t at = 0;
	unsigned number = 0;
	vv_status rc = read_attributes(path, &text, err);

	while (rc == VV_OK && next_line(&text, &at, &line)) {
		vv_auto(char) *pattern = NULL, *attributes = NULL;

		number++;
		if (line.pattern_len == 0 && s->kind == VV_ATTR_TEXT_LINES) {
			note_macro(s, &line);
		}
		if (line.pattern_len == 0 || !is_wanted(s, &line)) {
			continue;
		}
		pattern = vv_strndup(line.pattern, line.pattern_len);
		attributes = vv_strndup(line.rest, line.rest_len);
		rc = pattern && attributes
			     ? s->fn(s->payload, file, number, pattern, attributes, err)
			     : vv_fail_nomem(err);
	}
	return rc;
}

static bool is_attributes_file(const char *path)
{
	return strcmp(vv_path_base(path), ".gitattributes") == 0;
}

/* The files of x; NULL: of the index that the command has open, else of its file. */
static vv_status search_lines(vv_repository *r, const vv_index *x, line_search *s, vv_error *err)
{
	vv_auto(vv_index) *own_index = NULL;
	git_index *git = x ? x->git : NULL;
	vv_auto(char) *own = NULL, *top = NULL;
	vv_status rc;

	if (!r->workdir) {
		return vv_fail(err, VV_EUSAGE,
			       "the repository is bare: it has no .gitattributes files");
	}
	own = vv_path_join(r->commondir, "info", "attributes", NULL);
	top = vv_repository_file(r, ".gitattributes");
	if (!own || !top) return vv_fail_nomem(err);
	if (!x && r->open_index && !r->open_index->alone) {
		git = r->open_index->git;
	}
	if ((rc = lines_of(s, ".gitattributes", top, err)) < 0 ||
	    (!git && (rc = vv_index_open(&own_index, r, err)) < 0)) {
		return rc;
	}
	git = git ? git : own_index->git;
	for (size_t i = 0; rc == VV_OK && i < git_index_entrycount(git); i++) {
		const git_index_entry *e = git_index_get_byindex(git, i);

		if (!is_attributes_file(e->path) || strcmp(e->path, ".gitattributes") == 0 ||
		    GIT_INDEX_ENTRY_STAGE(e) > 0) {
			continue;
		}
		vv_auto(char) *file = vv_repository_file(r, e->path);
		rc = file ? lines_of(s, e->path, file, err) : vv_fail_nomem(err);
	}
	return rc < 0 ? rc : lines_of(s, ".git/info/attributes", own, err);
}

vv_status vv_attr_lines(vv_repository *r, const vv_index *x, vv_attr_lines_kind kind,
			vv_attr_line_fn fn, void *payload, vv_error *err)
{
	line_search s = {kind, VV_BUF_INIT, fn, payload};
	vv_status rc = search_lines(r, x, &s, err);

	vv_buf_clear(&s.macros);
	return rc;
}

/* --- writing ------------------------------------------------------------------------- */

/* literal: the pattern that matches just this path. Spaces are written as by Git LFS. */
static vv_status put_pattern(vv_buf *b, const char *pattern, bool literal, vv_error *err)
{
	if (!*pattern) return vv_fail(err, VV_EUSAGE, "the pattern is empty");
	if (!literal && *pattern == '!') {
		return vv_fail(err, VV_EUSAGE, "a pattern of .gitattributes cannot begin with '!'");
	}
	if (literal && !strchr(pattern, '/')) {
		vv_buf_putc(b, '/'); /* else it would match in every folder */
	}
	for (const char *p = pattern; *p; p++) {
		if (*p == ' ') {
			vv_buf_puts(b, "[[:space:]]");
		} else if ((unsigned char)*p < 32 || *p == 127 || (literal && *p == '\\')) {
			return vv_fail(
				err, VV_EUSAGE,
				literal ? "varve cannot write '%s' into .gitattributes: the name has a backslash or control character"
					: "a pattern of .gitattributes cannot have a control character: '%s'",
				vv_text_shows(pattern));
		} else if (p == pattern && *p == '!') {
			vv_buf_puts(b, "[\\!]");
		} else if ((literal && strchr("*?[", *p)) || (p == pattern && strchr("\"#", *p))) {
			vv_buf_printf(b, "[%c]", *p);
		} else {
			vv_buf_putc(b, *p);
		}
	}
	return vv_buf_ok(b, err);
}

static bool is_ours(const attr_line *line, bool as_text)
{
	if (as_text) {
		return !has_word(line, "filter=varve") && has_word(line, "diff=varve") &&
		       has_word(line, "merge=varve");
	}
	return has_word(line, "filter=varve") && has_word(line, "diff=varve") &&
	       has_word(line, "merge=varve") && has_word(line, "-text");
}

/* Lines that have a pattern, found by it; borrowed from their text. */
typedef struct pattern_lines {
	attr_line *items;
	size_t count, cap;
	vv_hash_index by_pattern;
} pattern_lines;

static void pattern_lines_clear(pattern_lines *l)
{
	vv_free(l->items);
	vv_hash_index_clear(&l->by_pattern);
}
VV_AUTO_CLEAR(pattern_lines, pattern_lines_clear)

static vv_status read_lines(pattern_lines *out, const vv_buf *text, vv_error *err)
{
	attr_line line;

	*out = (pattern_lines){0};
	for (size_t at = 0; next_line(text, &at, &line);) {
		if (line.pattern_len > 0 &&
		    (!vv_hash_index_add(&out->by_pattern,
					vv_xxh3(line.pattern, line.pattern_len, vv_hash_seed()),
					out->count) ||
		     !vv_array_add(out->items, out->count, out->cap, line))) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

/* The last line of that pattern; NULL: there is none. */
static const attr_line *last_line(const pattern_lines *l, const char *pattern, size_t len)
{
	vv_hash_probe probe = vv_hash_probe_begin(&l->by_pattern,
						  vv_xxh3(pattern, len, vv_hash_seed()));
	const attr_line *last = NULL;

	for (size_t i; vv_hash_probe_next(&probe, &i);) {
		const attr_line *at = &l->items[i];

		if (at->pattern_len == len && memcmp(at->pattern, pattern, len) == 0 &&
		    (!last || at > last)) {
			last = at;
		}
	}
	return last;
}

/* These patterns as lines of text; literal: names that no line can have are left out where any is true. */
static vv_status put_patterns(vv_buf *text, const char *const *patterns, size_t count, bool literal,
			      bool any, vv_error *err)
{
	for (size_t i = 0; i < count; i++) {
		const size_t before = text->len;
		vv_status rc = put_pattern(text, patterns[i], literal, err);

		if (rc == VV_EUSAGE && any) {
			text->len = before;
			continue;
		}
		if (rc < 0) return rc;
		vv_buf_putc(text, '\n');
	}
	return vv_buf_ok(text, err);
}

/* Does it set the merge driver of .gitattributes itself? */
static bool is_own_line(const attr_line *line)
{
	const char *p = line->rest, *word;
	size_t left = line->rest_len, len;

	if (!is_word(line->pattern, line->pattern_len, ".gitattributes") &&
	    !is_word(line->pattern, line->pattern_len, "/.gitattributes")) {
		return false;
	}
	while (next_word(&p, &left, &word, &len)) {
		if (begins_with(word, len, "merge=") || is_word(word, len, "merge") ||
		    is_word(word, len, "-merge") || is_word(word, len, "!merge")) {
			return true;
		}
	}
	return false;
}

static vv_status write_attributes(vv_repository *r, const vv_buf *text, vv_error *err)
{
	vv_status rc = vv_buf_ok(text, err);

	rc = rc < 0 ? rc
		    : vv_worktree_write_bytes(r, ".gitattributes", vv_buf_cstr(text), text->len,
					      true, err);
	if (rc == VV_OK) {
		vv_attr_flush(r);
	}
	return rc;
}

/* The lines that the file lacks; none: *lines stays empty. */
static vv_status put_lines(vv_buf *lines, const vv_buf *text, const char *const *patterns,
			   size_t count, bool literal, bool as_text, vv_error *err)
{
	const char *newline = text->len > 0 ? memchr(text->data, '\n', text->len) : NULL;
	const char *eol = newline && newline > text->data && newline[-1] == '\r' ? "\r\n" : "\n";
	vv_auto(pattern_lines) known = {0};
	vv_auto(vv_buf) pattern = VV_BUF_INIT;
	vv_status rc = read_lines(&known, text, err);
	bool own_line = vv_array_find(known.items, known.count, it, is_own_line(it)) != NULL;

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		const attr_line *line;

		vv_buf_reset(&pattern);
		if ((rc = put_pattern(&pattern, patterns[i], literal, err)) < 0 ||
		    ((line = last_line(&known, vv_buf_cstr(&pattern), pattern.len)) &&
		     is_ours(line, as_text))) {
			continue;
		}
		if (as_text && line && has_word(line, "filter=varve")) {
			rc = vv_fail(err, VV_EREFUSED,
				     "%s: a line of '.gitattributes' already makes varve store "
				     "this table",
				     vv_text_shows(patterns[i]));
			vv_hint_code(err, VV_HINT_EXPORT);
			continue;
		}
		if (lines->len == 0) {
			if (text->len > 0 && text->data[text->len - 1] != '\n') {
				vv_buf_puts(lines, eol);
			}
			if (!own_line) {
				vv_buf_printf(lines, "%s%s", OWN_LINE, eol);
			}
		}
		vv_buf_printf(lines, "%s %s%s", vv_buf_cstr(&pattern),
			      as_text ? TEXT_ATTRIBUTES : OUR_ATTRIBUTES, eol);
	}
	return rc == VV_OK ? vv_buf_ok(lines, err) : rc;
}

static vv_status append_lines(vv_buf *text, const char *const *patterns, size_t count, bool literal,
			      bool as_text, vv_error *err)
{
	vv_auto(vv_buf) lines = VV_BUF_INIT;
	vv_status rc = put_lines(&lines, text, patterns, count, literal, as_text, err);

	if (rc < 0) return rc;
	vv_buf_put(text, lines.data, lines.len);
	return vv_buf_ok(text, err);
}

vv_status vv_attr_put_tracked(vv_buf *text, const char *const *patterns, size_t count, bool literal,
			      vv_error *err)
{
	return append_lines(text, patterns, count, literal, false, err);
}

vv_status vv_attr_track_staged(vv_index *x, vv_repository *r, const char *const *paths,
			       size_t count, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_index_entry e = {.mode = 0100644};
	vv_oid id;
	vv_status rc = VV_OK;

	if (vv_index_get(x, ".gitattributes", &e)) {
		rc = vv_blob_read(r, &e.id, FILE_BYTES_MAX, &text, err);
	}
	if (rc < 0 || (rc = vv_attr_put_tracked(&text, paths, count, true, err)) < 0 ||
	    (rc = vv_blob_write(r, vv_buf_cstr(&text), text.len, &id, err)) < 0) {
		return rc;
	}
	return vv_index_set(x, ".gitattributes", e.mode, &id, NULL, err);
}

/* The path of the top file, and its content. */
static vv_status read_top(vv_buf *text, vv_repository *r, vv_error *err)
{
	vv_auto(char) *path = vv_repository_file(r, ".gitattributes");

	if (path) return read_attributes(path, text, err);
	return vv_fail(err, r->workdir ? VV_ENOMEM : VV_EUSAGE,
		       "a bare repository has no .gitattributes file");
}

static vv_status track_patterns(vv_repository *r, const char *const *patterns, size_t count,
				bool literal, bool as_text, bool *changed, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = read_top(&text, r, err);
	const size_t before = text.len;

	*changed = false;
	if (rc < 0 || (rc = append_lines(&text, patterns, count, literal, as_text, err)) < 0 ||
	    text.len == before) {
		return rc;
	}
	*changed = (rc = write_attributes(r, &text, err)) == VV_OK;
	return rc;
}

vv_status vv_attr_track(vv_repository *r, const char *const *patterns, size_t count, bool literal,
			bool *changed, vv_error *err)
{
	return track_patterns(r, patterns, count, literal, false, changed, err);
}

vv_status vv_attr_track_text(vv_repository *r, const char *const *patterns, size_t count,
			     bool literal, bool *changed, vv_error *err)
{
	return track_patterns(r, patterns, count, literal, true, changed, err);
}

/* Is it one of "filter=varve diff=varve merge=varve -text", of this filter? */
static bool is_filter_word(const char *word, size_t len, const char *filter)
{
	static const char *const starts[] = {"filter=", "diff=", "merge="};

	return is_word(word, len, "-text") ||
	       vv_array_find(starts, sizeof(starts) / sizeof(starts[0]), it,
			     begins_with(word, len, *it) &&
				     is_word(word + strlen(*it), len - strlen(*it), filter));
}

/* Appends the line with `instead` in the place of the words of the filter, or nothing when no words are left. */
static void put_rest(vv_buf *to, const vv_buf *text, const attr_line *line, const char *filter,
		     const char *instead)
{
	const char *p = line->rest, *word;
	size_t left = line->rest_len, len;
	bool any = *instead;

	if (any) {
		vv_buf_put(to, line->pattern, line->pattern_len);
		vv_buf_puts(to, instead);
	}
	while (next_word(&p, &left, &word, &len)) {
		if (is_filter_word(word, len, filter)) {
			continue;
		}
		if (!any) {
			vv_buf_put(to, line->pattern, line->pattern_len);
		}
		vv_buf_putc(to, ' ');
		vv_buf_put(to, word, len);
		any = true;
	}
	if (any) { /* keeps the line's end */
		vv_buf_put(to, line->rest + line->rest_len,
			   (size_t)(text->data + line->end - (line->rest + line->rest_len)));
	}
}

/* Takes the words of a filter out of the lines that have it, of the patterns (NULL: of any); compared: also out of
 * those that leave text. *dropped counts them. */
static vv_status drop_words(vv_buf *text, const char *filter, bool unset, bool compared,
			    const vv_buf *patterns, size_t *dropped, vv_error *err)
{
	vv_auto(vv_buf) kept = VV_BUF_INIT, word = VV_BUF_INIT;
	vv_auto(pattern_lines) wanted = {0};
	attr_line line;
	vv_status rc = patterns ? read_lines(&wanted, patterns, err) : VV_OK;

	*dropped = 0;
	vv_buf_printf(&word, "filter=%s", filter);
	if (rc < 0 || (rc = vv_buf_ok(&word, err)) < 0) return rc;
	for (size_t at = 0; next_line(text, &at, &line);) {
		if (line.pattern_len > 0 &&
		    (has_word(&line, word.data) || (compared && is_compared_line(&line))) &&
		    (!patterns || last_line(&wanted, line.pattern, line.pattern_len))) {
			put_rest(&kept, text, &line, filter, unset ? UNSET : "");
			(*dropped)++;
		} else {
			vv_buf_put(&kept, text->data + line.start, line.end - line.start);
		}
	}
	if ((rc = vv_buf_ok(&kept, err)) < 0) return rc;
	vv_buf now = *text;

	*text = kept;
	kept = now;
	return VV_OK;
}

static vv_status take_line_away(vv_repository *r, const char *pattern, bool literal,
				bool leave_text, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT, wanted = VV_BUF_INIT;
	size_t dropped;
	vv_status rc;

	if ((rc = put_patterns(&wanted, &pattern, 1, literal, false, err)) < 0 ||
	    (rc = read_top(&text, r, err)) < 0 ||
	    (rc = drop_words(&text, "varve", false, true, &wanted, &dropped, err)) < 0) {
		return rc;
	}
	if (dropped == 0) {
		return vv_fail(err, VV_ENOTFOUND, "no line of '.gitattributes' tracks '%s'",
			       vv_text_shows(pattern));
	}
	rc = leave_text ? append_lines(&text, &pattern, 1, literal, true, err) : VV_OK;
	return rc < 0 ? rc : write_attributes(r, &text, err);
}

vv_status vv_attr_untrack(vv_repository *r, const char *pattern, bool literal, vv_error *err)
{
	return take_line_away(r, pattern, literal, false, err);
}

vv_status vv_attr_except(vv_repository *r, const char *path, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = read_top(&text, r, err);

	if (rc < 0) return rc;
	vv_buf_puts(&text, text.len > 0 && text.data[text.len - 1] != '\n' ? "\n" : "");
	if ((rc = put_pattern(&text, path, true, err)) < 0) return rc;
	vv_buf_puts(&text, UNSET "\n");
	return write_attributes(r, &text, err);
}

vv_status vv_attr_leave_text(vv_repository *r, const char *pattern, bool literal, vv_error *err)
{
	return take_line_away(r, pattern, literal, true, err);
}

vv_status vv_attr_drop_filter(vv_buf *text, const char *filter, bool unset,
			      const char *const *patterns, size_t count, vv_error *err)
{
	vv_auto(vv_buf) wanted = VV_BUF_INIT;
	size_t dropped;
	vv_status rc = put_patterns(&wanted, patterns, count, false, false, err);

	if (rc < 0 || (rc = drop_words(text, filter, unset, false, count > 0 ? &wanted : NULL,
				       &dropped, err)) < 0) {
		return rc;
	}
	if (strcmp(vv_buf_cstr(text), OWN_LINE "\n") ==
	    0) { /* written with the first line of varve */
		vv_buf_reset(text);
	}
	return VV_OK;
}

/* --- renaming ------------------------------------------------------------------------- */

vv_status vv_attr_rename_all(vv_repository *r, const vv_attr_rename *renames, size_t count,
			     bool *changed, vv_error *err)
{
	vv_auto(vv_buf) before = VV_BUF_INIT, text = VV_BUF_INIT, old = VV_BUF_INIT;
	vv_auto_free const char **to = vv_calloc(count + 1, sizeof(*to));
	size_t dropped;
	vv_status rc;

	*changed = false;
	if ((rc = read_top(&before, r, err)) < 0 || count == 0) return rc;
	vv_buf_put(&text, before.data, before.len);
	if (!to) return vv_fail_nomem(err);
	for (int as_text = 0; as_text < 2; as_text++) {
		size_t n = 0;

		vv_array_each(renames, count, rename) {
			if (rename->line == (as_text ? VV_ATTR_TEXT_LINE : VV_ATTR_FILTER_LINE)) {
				to[n++] = rename->to;
			}
		}
		if ((rc = append_lines(&text, to, n, true, as_text, err)) < 0) return rc;
	}
	for (size_t i = 0; i < count; i++) {
		if ((rc = put_patterns(&old, &renames[i].from, 1, true, true, err)) < 0) return rc;
	}
	if ((rc = drop_words(&text, "varve", false, true, &old, &dropped, err)) < 0 ||
	    (text.len == before.len &&
	     memcmp(vv_buf_cstr(&text), vv_buf_cstr(&before), text.len) == 0)) {
		return rc;
	}
	*changed = (rc = write_attributes(r, &text, err)) == VV_OK;
	return rc;
}
