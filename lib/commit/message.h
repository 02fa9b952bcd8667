/*
 * message: the message of a commit that libgit2 makes: its sources, and hooks.
 *
 * Sources, hooks and clean-up as in git commit.
 */
#ifndef VV_LIB_COMMIT_MESSAGE_H
#define VV_LIB_COMMIT_MESSAGE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "repo/git/repository.h"

typedef struct vv_message_options {
	vv_strings texts; /* from the user, each a paragraph; none: the message of the operation in
			   * progress */
	bool no_hooks;
} vv_message_options;

/* Appends the final message, with its newline. VV_ECONFLICT: empty, or refused
 * by a hook: nothing is to be committed. */
vv_status vv_message_make(vv_buf *out, vv_repository *r, const vv_message_options *o,
			  vv_error *err);

/* Trailing space, blank lines at both ends and repeated ones go; with comment_char, so
 * do lines that begin with it, and all after a scissors line. */
void vv_message_clean(vv_buf *message, const char *comment_char);

#endif
