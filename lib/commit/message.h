/*
 * message: the message of a commit: its sources, the editor, hooks.
 *
 * Sources, hooks and clean-up as in git commit.
 */
#ifndef VV_LIB_COMMIT_MESSAGE_H
#define VV_LIB_COMMIT_MESSAGE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "lib/status/changes.h"
#include "repo/git/repository.h"

typedef struct vv_message_options {
	vv_strings texts; /* given, each a paragraph; none: as what is under way has it */
	/* Lets somebody edit the file: where no text was given, or edit. NULL: the message is used as it is. */
	vv_status (*editor)(vv_repository *r, const char *file, vv_error *err);
	bool edit;
	bool no_verify;            /* no commit-msg hook */
	bool no_hooks;             /* no prepare-commit-msg either */
	const vv_changes *changes; /* for the template */
	/* Appends them as lines that each begin with comment_char. */
	vv_status (*put_changes)(vv_buf *out, const vv_changes *c, const char *comment_char,
				 vv_error *err);
} vv_message_options;

/* Appends the final message, with its newline. VV_ECONFLICT: empty, unedited or refused
 * by a hook: nothing is to be committed. */
vv_status vv_message_make(vv_buf *out, vv_repository *r, const vv_message_options *o,
			  vv_error *err);

/* Trailing space, blank lines at both ends and repeated ones go; with comment_char, so
 * do lines that begin with it, and all after a scissors line. */
void vv_message_clean(vv_buf *message, const char *comment_char);

#endif
