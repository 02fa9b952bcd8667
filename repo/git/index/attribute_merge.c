/*
 * attribute_merge: Git's union of the two sides determines each line's place; then lines are
 * counted, and those that a side removed are left out, as are repeats of the union.
 */
#include "repo/git/index/attribute_merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
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

vv_status vv_attr_merge(vv_buf *out, const vv_buf *base, const vv_buf *ours, const vv_buf *theirs,
			vv_error *err)
{
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
	return !room      ? vv_fail_nomem(err)
	       : code < 0 ? vv_git_fail(err, code, "cannot merge the lines of .gitattributes")
			  : vv_buf_ok(out, err);
}
