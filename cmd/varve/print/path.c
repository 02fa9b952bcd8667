/*
 * path: Git's spelling of paths.
 */
#include "cmd/varve/print/path.h"

#include <string.h>

/* Length of the folders ("a/b/") that prefix and path both begin with. */
static size_t common_folders(const char *prefix, const char *path)
{
	size_t same = 0;

	for (size_t i = 0;; i++) {
		bool prefix_end = prefix[i] == '/' || !prefix[i];
		if (prefix_end && path[i] == '/') {
			same = i + 1;
		}
		if (!prefix[i] || prefix[i] != path[i]) return same;
	}
}

void vv_path_put_relative(vv_buf *b, const char *prefix, const char *path)
{
	size_t same = *prefix ? common_folders(prefix, path) : 0;
	const char *rest = strlen(prefix) > same ? prefix + same : "";

	while (*rest) {
		vv_buf_puts(b, "../");
		rest += strcspn(rest, "/");
		rest += *rest == '/';
	}
	vv_buf_puts(b, path[same] ? path + same : "./");
}

static bool needs_quotes(const char *path, bool all_bytes, bool spaces)
{
	for (const unsigned char *p = (const unsigned char *)path; *p; p++) {
		if (*p < 0x20 || *p == 0x7f || *p == '"' || *p == '\\' ||
		    (*p >= 0x80 && all_bytes) || (*p == ' ' && spaces)) {
			return true;
		}
	}
	return false;
}

void vv_path_put_quoted(vv_buf *b, const char *path, bool all_bytes, bool spaces)
{
	static const char escapes[] = "\a\b\t\n\v\f\r\"\\", letters[] = "abtnvfr\"\\";

	if (!needs_quotes(path, all_bytes, spaces)) {
		vv_buf_puts(b, path);
		return;
	}
	vv_buf_putc(b, '"');
	for (const unsigned char *p = (const unsigned char *)path; *p; p++) {
		const char *e = strchr(escapes, *p);
		if (e) {
			vv_buf_printf(b, "\\%c", letters[e - escapes]);
		} else if (*p < 0x20 || *p == 0x7f || (*p >= 0x80 && all_bytes)) {
			vv_buf_printf(b, "\\%03o", *p);
		} else {
			vv_buf_putc(b, *p);
		}
	}
	vv_buf_putc(b, '"');
}
