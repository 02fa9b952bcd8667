/*
 * url_words: words that name versions in another repository: URL#REV:PATH.
 *
 * They are converted to words in that repository (lib/clone/cached.h), and the command works there instead of
 * in the current folder's. All words of a command are of one repository.
 */
#ifndef VV_CMD_FRAME_URL_WORDS_H
#define VV_CMD_FRAME_URL_WORDS_H

#include "base/error.h"

typedef enum vv_url_use {
	VV_URLS_NONE,     /* the command takes no such words */
	VV_URLS_OWN,      /* it reads them itself */
	VV_URLS_VERSIONS, /* each is a version: URL#REV:PATH, or URL#PATH at HEAD */
	VV_URLS_RANGES,   /* revisions, then paths: URL#, URL#A..B, URL#REV:PATH */
	VV_URLS_SIDES     /* the same; two different files it reads itself */
} vv_url_use;

/* The words again, all owned (vv_url_words_clear). */
typedef struct vv_url_words {
	char *url; /* NULL: the words name no other repository, and the rest is not set */
	char **argv;
	int argc, dashdash;
} vv_url_words;

/* dashdash as in vv_context. VV_EUSAGE: they are of more than one repository, or no version is named; a URL without '#' too. */
vv_status vv_url_words_read(vv_url_words *out, vv_url_use use, int argc, char **argv, int dashdash,
			    vv_error *err);
void vv_url_words_clear(vv_url_words *w);

/* For a command that takes one such word: reports that these are not it, and how it is written; the exit code. */
int vv_url_words_usage(const char *command, int argc, char **argv);

/* For an error of a command: what to try next there, or instead of a word that it does not take. */
void vv_url_words_hint(const vv_url_words *w, vv_url_use use, int argc, char **argv, vv_error *err);

#endif
