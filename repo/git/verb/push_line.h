/*
 * push_line: a line of 'git push --porcelain'.
 */
#ifndef VV_REPO_GIT_VERB_PUSH_LINE_H
#define VV_REPO_GIT_VERB_PUSH_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* The answer for one ref. Borrowed from the line. */
typedef struct vv_push_line {
	char flag;      /* ' ' moved, '*' new, '-' deleted, '=' the same, '!' not moved */
	bool unsent;    /* '!': git refused it here, before the host could */
	const char *to; /* the ref of the host */
	size_t to_len;
	const char *summary; /* such as "[remote rejected] (hook declined)" */
	size_t summary_len;
} vv_push_line;

/* Reads "<flag>\t<from>:<to>\t<summary>". False: another line, such as "To <url>" or "Done". */
bool vv_push_line_read(vv_push_line *out, const char *line, size_t len);

#endif
