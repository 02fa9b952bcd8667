/*
 * typed: the words that the user typed after a command's name, by what they may mean.
 */
#ifndef VV_CMD_FRAME_TYPED_H
#define VV_CMD_FRAME_TYPED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/file.h"

enum { VV_TYPED_WORDS = 16 };

/* The words after a command's name, borrowed. A member without a word is NULL. */
typedef struct vv_typed {
	const char *file, *more; /* the first word that names a file, and the next one */
	const char *
		version; /* of the file: a word that names a version, "v1" in v1:FILE, in FILE@v1 */
	/* the words that are neither a file, a version, an option, a number nor a filler such as "by" */
	const char *words[VV_TYPED_WORDS];
	size_t word_count;
	const char *row;   /* the value of --row */
	const char *count; /* a number: "5" of -n 5, of -5, or alone */
	const char *start; /* the number before it */
	const char *format;
	const char *sheet; /* the value of --sheet: `file` is FILE#SHEET */
	const char *out;   /* the value of -o */
	const char *value; /* the value of an option that the command lacks; set by the caller */
	/* names of files with edits that are not staged, and that are; set by the caller, may be NULL */
	const vv_string_list *changed, *staged;
	const char *previous; /* the commit before the file's last change; likewise */
	const char *merging;  /* "--abort" while a merge is in progress; likewise */
	bool descends;        /* "desc", -r */
	bool names_more;      /* there were more words than in `words` */
	int argc;
	char **argv;
	const char *file_word;                 /* the one of argv that `file` is from */
	char file_room[256], version_room[64]; /* where they are parts of a word, or made of one */
	char names_room[256];                  /* columns that were typed as numbers, "2,4" */
} vv_typed;

#endif
