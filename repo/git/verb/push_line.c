/*
 * push_line: see push_line.h.
 */
#include "repo/git/verb/push_line.h"

#include <string.h>

/* The summary of a ref that git did not send, which it does not translate. The flag is that of refs that the host
 * refused. */
#define UNSENT "[rejected]"

bool vv_push_line_read(vv_push_line *out, const char *line, size_t len)
{
	const char *end = line + len, *to, *tab;

	if (len < 3 || line[1] != '\t' || !(tab = memchr(line + 2, '\t', len - 2)) ||
	    !(to = memchr(line + 2, ':', (size_t)(tab - line) - 2))) {
		return false;
	}
	*out = (vv_push_line){.flag = line[0],
			      .to = to + 1,
			      .to_len = (size_t)(tab - to) - 1,
			      .summary = tab + 1,
			      .summary_len = (size_t)(end - tab) - 1};
	out->unsent = out->flag == '!' && out->summary_len >= strlen(UNSENT) &&
		      memcmp(out->summary, UNSENT, strlen(UNSENT)) == 0;
	return true;
}
