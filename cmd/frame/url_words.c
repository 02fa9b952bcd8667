/*
 * url_words: what stays of a word when its URL is taken off.
 */
#include "cmd/frame/url_words.h"

#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "lib/clone/cached.h"
#include "lib/names/version.h"
#include "repo/blocks/cid.h"

void vv_url_words_clear(vv_url_words *w)
{
	vv_array_each(w->argv, w->argc, word) {
		vv_free(*word);
	}
	vv_free_all(w->argv, w->url);
	*w = (vv_url_words){0};
}

static vv_status put_word(vv_url_words *w, const char *word, size_t len, vv_error *err)
{
	w->argv[w->argc] = vv_strndup(word, len);
	return w->argv[w->argc++] ? VV_OK : vv_fail_nomem(err);
}

static vv_status refuse_word(const vv_url_words *w, const char *word, vv_error *err)
{
	return vv_fail(err, VV_EUSAGE,
		       "'%s' belongs to a repository other than %s: name one repository only",
		       vv_text_url(word), vv_text_url(w->url));
}

/* *rest: what follows '#'; NULL: the word has no URL. */
static vv_status split_word(vv_url_words *w, const char **rest, const char *word, vv_error *err)
{
	const size_t len = vv_cached_url_len(word);

	*rest = NULL;
	if (len == 0) return VV_OK;
	*rest = word + len + 1;
	if (!w->url) {
		w->url = vv_strndup(word, len);
		return w->url ? VV_OK : vv_fail_nomem(err);
	}
	return strlen(w->url) == len && strncmp(w->url, word, len) == 0 ? VV_OK
									: refuse_word(w, word, err);
}

/* next: the word after it, or NULL. */
static vv_status refuse_bare(const char *word, const char *next, bool ranges, vv_error *err)
{
	vv_fail(err, VV_EUSAGE, "'%s' names no version", vv_text_url(word));
	if (next) {
		return vv_hint(err, "in one word: '%s#%s'", vv_text_url(word), vv_text_url(next));
	}
	if (ranges) {
		return vv_hint(err, "'%s#' names its newest version and all earlier ones",
			       vv_text_url(word));
	}
	return vv_hint(err, "URL#REV:PATH");
}

/* PATH and :PATH are of HEAD, the only thing there with paths. */
static vv_status put_version(vv_url_words *w, const char *word, const char *rest, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_cid cid;

	if (!rest) return refuse_word(w, word, err);
	if (*rest == '\0') return refuse_bare(word, NULL, false, err);
	if (vv_cid_parse(&cid, rest, strlen(rest), VV_IGNORED) < 0 && rest[0] != ':' &&
	    !vv_subject_colon(rest)) {
		vv_buf_puts(&b, "HEAD:");
	} else if (rest[0] == ':') {
		vv_buf_puts(&b, "HEAD");
	}
	vv_buf_puts(&b, rest);
	vv_status rc = vv_buf_ok(&b, err);
	return rc < 0 ? rc : put_word(w, b.data, b.len, err);
}

static vv_status put_versions(vv_url_words *w, int argc, char **argv, vv_error *err)
{
	const char *rest;
	vv_status rc;
	vv_array_each(argv, argc, word) {
		if ((rc = split_word(w, &rest, *word, err)) < 0 ||
		    (rc = put_version(w, *word, rest, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Revisions: the words before "--", without the paths. */
static vv_status put_revisions(vv_url_words *w, int argc, char **argv, vv_error *err)
{
	const char *rest, *colon;
	vv_status rc;
	vv_array_each(argv, argc, word) {
		if ((rc = split_word(w, &rest, *word, err)) < 0) return rc;
		rest = rest ? rest : *word;
		colon = vv_subject_colon(rest);
		if (*rest && colon != rest &&
		    (rc = put_word(w, rest, colon ? (size_t)(colon - rest) : strlen(rest), err)) <
			    0) {
			return rc;
		}
	}
	w->dashdash = w->argc;
	return VV_OK;
}

/* The paths of the words before "--", each once, and the words behind it. */
static vv_status put_paths(vv_url_words *w, int argc, char **argv, int dashdash, vv_error *err)
{
	vv_status rc;

	for (int i = 0; i < argc; i++) {
		const size_t len = vv_cached_url_len(argv[i]);
		const char *rest = len > 0 ? argv[i] + len + 1 : argv[i];
		bool again = false;

		const char *colon = i < dashdash ? vv_subject_colon(rest) : NULL;
		if (i < dashdash && !colon) {
			continue;
		}
		rest = colon ? colon + 1 : rest;
		for (int k = w->dashdash; k < w->argc; k++) {
			again |= strcmp(w->argv[k], rest) == 0;
		}
		if (!again && (rc = put_word(w, rest, strlen(rest), err)) < 0) return rc;
	}
	return VV_OK;
}

/* The PATH of URL#REV:PATH, or a file of this folder; NULL: neither. */
static const char *file_of(const char *word, size_t len)
{
	const char *rest = word + len + 1, *colon = len > 0 ? vv_subject_colon(rest) : NULL,
		   *dots = colon ? strstr(rest, "..") : NULL;

	if (colon && (!dots || dots > colon)) return colon + 1;
	return len == 0 && vv_subject_file_len(word) > 0 ? word : NULL;
}

/* Not the same file in two versions of one repository? */
static bool are_two_files(int argc, char **argv, int dashdash)
{
	if (argc != 2 || dashdash >= 0) return false;
	const size_t a = vv_cached_url_len(argv[0]), b = vv_cached_url_len(argv[1]);
	const char *old = file_of(argv[0], a), *now = file_of(argv[1], b);

	return a + b > 0 && old && now &&
	       (a != b || strncmp(argv[0], argv[1], a) != 0 || strcmp(old, now) != 0);
}

vv_status vv_url_words_read(vv_url_words *out, vv_url_use use, int argc, char **argv, int dashdash,
			    vv_error *err)
{
	const int revisions = dashdash >= 0 ? dashdash : argc;
	bool any = false;
	vv_status rc;

	*out = (vv_url_words){0};
	if (use == VV_URLS_SIDES && are_two_files(argc, argv, dashdash)) return VV_OK;
	for (int i = 0; use > VV_URLS_OWN && i < (use == VV_URLS_VERSIONS ? argc : revisions);
	     i++) {
		any |= vv_cached_url_len(argv[i]) > 0;
		if (strstr(argv[i], "://") && !strchr(argv[i], '#')) {
			return refuse_bare(argv[i], argv[i + 1], use >= VV_URLS_RANGES, err);
		}
	}
	if (!any) return VV_OK;
	if (!(out->argv = vv_calloc(2 * (size_t)argc + 1, sizeof(*out->argv)))) {
		return vv_fail_nomem(err);
	}
	out->dashdash = dashdash;
	if (use == VV_URLS_VERSIONS) {
		rc = put_versions(out, argc, argv, err);
	} else if ((rc = put_revisions(out, revisions, argv, err)) == VV_OK) {
		rc = put_paths(out, argc, argv, revisions, err);
	}
	if (rc < 0) {
		vv_url_words_clear(out);
	}
	return rc;
}

/* The typed line with URL#PATH in place of the two words. */
static void put_joined(vv_buf *line, char **words, int typed_count, char **typed)
{
	vv_array_each(typed, typed_count, it) {
		if (*it != words[1]) {
			vv_text_put_argv(line, 1, it);
		}
		if (*it == words[0]) {
			vv_buf_putc(line, '#');
			vv_text_put_word(line, words[1]);
		}
	}
}

int vv_url_words_usage(const char *command, int argc, char **argv, int typed_count, char **typed)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_error err;

	if (argc != 2 || strchr(argv[0], '#')) {
		return vv_usage_error("%s takes one word, URL#REV:PATH", command);
	}
	vv_fail(&err, VV_EUSAGE, "%s takes one word: '%s#%s'", command, vv_text_url(argv[0]),
		vv_text_url(argv[1]));
	put_joined(&line, argv, typed_count, typed);
	if (line.len + 32 < VV_HINT_MAX && strcmp(vv_text_url(argv[0]), argv[0]) == 0) {
		vv_hint(&err, "'varve %s%s' does it", command, vv_buf_cstr(&line));
	}
	return vv_report_trouble(&err);
}

void vv_url_words_hint(const vv_url_words *w, vv_url_use use, int argc, char **argv, vv_error *err)
{
	const bool rev = err->hint_id == VV_HINT_VERSIONS || err->hint_id == VV_HINT_LOG_PATH;
	bool foreign = false;

	vv_array_each(argv, use == VV_URLS_NONE ? argc : 0, word) {
		foreign |= vv_cached_url_len(*word) > 0;
	}
	if (foreign || (w->url && rev)) {
		vv_hint_clear(err);
	}
	if (foreign) {
		vv_hint(err,
			"URL#REV:PATH is for cat, cite, compare, diff, get, import, info, log, schema and sql");
	} else if (w->url && rev) {
		vv_hint(err,
			"'varve log %s#' lists its versions; URL#REV:PATH names a file in a version",
			vv_text_word(vv_text_url(w->url)));
	}
}
