/*
 * url_words: parses arguments that name versions in another repository: URL#REV:PATH.
 *
 * The URL is removed from each argument. The command then reads the repository at the URL
 * (lib/clone/cached.h), not the repository of the current folder. All arguments of a command must
 * name the same repository.
 */
#ifndef VV_CMD_FRAME_URL_WORDS_H
#define VV_CMD_FRAME_URL_WORDS_H

#include "base/error.h"

/* How a command uses arguments with a URL. */
typedef enum vv_url_use {
	VV_URLS_NONE,     /* the command does not accept such arguments */
	VV_URLS_OWN,      /* the command reads such arguments itself, without vv_url_words_read */
	VV_URLS_VERSIONS, /* each argument is a version: URL#REV:PATH, or URL#PATH for HEAD:PATH */
	VV_URLS_RANGES,   /* revisions, then paths: URL#, URL#A..B, URL#REV:PATH */
	/* as VV_URLS_RANGES, but two arguments that name two different files, at least one of them
	 * with a URL, are left to the command: url is then NULL */
	VV_URLS_SIDES
} vv_url_use;

/* The arguments without their URL. vv_url_words_clear frees all strings. */
typedef struct vv_url_words {
	/* the repository; NULL: no argument is to be read in another repository, and the other
	 * members are zero */
	char *url;
	char **argv;
	int argc, dashdash; /* as in vv_context */
} vv_url_words;

/* Sets *out to the arguments without their URL. argv[argc] must be NULL. dashdash: as in
 * vv_context. If out->url is NULL, the caller keeps its own arguments. VV_EUSAGE: the arguments
 * name several repositories; or an argument names no version, or has a URL without '#'. */
vv_status vv_url_words_read(vv_url_words *out, vv_url_use use, int argc, char **argv, int dashdash,
			    vv_error *err);
void vv_url_words_clear(vv_url_words *w);

/* For a command that accepts exactly one argument, which has a URL. Prints the error that the
 * arguments are wrong, with the right form of the typed line, typed (as in vv_context). Returns the exit code of a usage error. */
int vv_url_words_usage(const char *command, int argc, char **argv, int typed_count, char **typed);

/* Sets a hint for err, the error of a command, in two cases: an argument has a URL, but the command
 * does not accept URLs; or the error is about a version or path in the repository at w->url.
 * Otherwise leaves err unchanged. */
void vv_url_words_hint(const vv_url_words *w, vv_url_use use, int argc, char **argv, vv_error *err);

#endif
