/*
 * message: makes the message of a commit that libgit2 makes, as git commit does. The text is the
 * user's, or that of the operation in progress. The hooks prepare-commit-msg and commit-msg may
 * change it. Then it is cleaned up.
 */
#ifndef VV_LIB_COMMIT_MESSAGE_H
#define VV_LIB_COMMIT_MESSAGE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "repo/git/repository.h"

/* One value = the options for one message. */
typedef struct vv_message_options {
	/* the user's paragraphs; empty: the message of the operation in progress is used */
	vv_strings texts;
	bool no_hooks; /* do not run hooks */
} vv_message_options;

/* Sets *out, which must be empty, to the message of a commit in r, with a newline at its end.
 * VV_ECONFLICT: the message is empty, or a hook refused it; the caller must not commit. */
vv_status vv_message_make(vv_buf *out, vv_repository *r, const vv_message_options *o,
			  vv_error *err);

/* Removes trailing spaces, blank lines at both ends, and repeated blank lines from *message. If
 * comment_char is not NULL, also removes lines that begin with it, and everything after a scissors
 * line. */
void vv_message_clean(vv_buf *message, const char *comment_char);

#endif
