/*
 * message: makes the message of a commit that libgit2 makes. The sources of the text, the hooks and
 * the clean-up are those of git commit.
 */
#ifndef VV_LIB_COMMIT_MESSAGE_H
#define VV_LIB_COMMIT_MESSAGE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "repo/git/repository.h"

typedef struct vv_message_options {
	/* the user's paragraphs; empty: the message of the operation in progress is used */
	vv_strings texts;
	bool no_hooks;
} vv_message_options;

/* Appends the final message, with a newline at its end. VV_ECONFLICT: the message is empty, or a
 * hook refused it; the caller must not commit. */
vv_status vv_message_make(vv_buf *out, vv_repository *r, const vv_message_options *o,
			  vv_error *err);

/* Removes trailing spaces, blank lines at both ends, and repeated blank lines. comment_char: also
 * removes lines that begin with comment_char, and everything after a scissors line; NULL: comments
 * stay. */
void vv_message_clean(vv_buf *message, const char *comment_char);

#endif
