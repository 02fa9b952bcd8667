/*
 * cite: prints a citation of a version: author, title, hash, signer, places.
 */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/json/json_list.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/commands/published/cite_forms.h"
#include "lib/heads/judge.h"
#include "lib/names/version.h"
#include "lib/remotes/remote.h"
#include "repo/git/history/commit.h"
#include "repo/git/history/mailmap.h"
#include "repo/git/history/revision.h"

#define CITE_FORMATS "text|json|bibtex|cff|datacite"
#define PACKAGE "datapackage.json"

typedef struct options {
	const char *format;
	bool allow_unsigned;
} options;

static const vv_option table[] = {
	OPT_CHOICE(0, "format", format, "FORMAT", CITE_FORMATS,
		   "the output format (default: text)"),
	OPT_WORD(0, "json", format, "json", "short for --format json"),
	OPT_UNSIGNED,
};

static void citation_clear(vv_citation *x)
{
	vv_string_list_clear(&x->places);
	vv_head_commit_clear(&x->head);
	vv_buf_clear(&x->package);
	vv_arena_clear(&x->arena);
	vv_commit_clear(&x->commit);
	vv_subject_clear(&x->s);
}

VV_AUTO_CLEAR(vv_citation, citation_clear)

/* A word without a revision is the version that HEAD has. */
static vv_status find_version(vv_citation *x, vv_buf *word, vv_error *err)
{
	vv_status rc;

	if (!vv_subject_colon(x->c->argv[0])) {
		vv_buf_puts(word, "HEAD:");
	}
	vv_buf_puts(word, x->c->argv[0]);
	if ((rc = vv_buf_ok(word, err)) < 0 ||
	    (rc = vv_subject_find(&x->s, x->c->repo, x->c->reader,
				  &(vv_version_name){.word = vv_buf_cstr(word)}, err)) < 0) {
		return rc;
	}
	if (x->s.from != VV_FROM_COMMIT) {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' does not name a version of a commit\n"
			       "cite REV:PATH, such as v1.0:prices.csv",
			       vv_text_shows(x->c->argv[0]));
	}
	if ((rc = vv_mailmap_commit_read(x->c->repo, &x->s.commit, &x->commit, err)) < 0) return rc;
	vv_oid_text(x->revision, &x->s.commit);
	if (x->s.is_dataset) {
		vv_cid_text(x->id, &x->s.root);
	} else {
		vv_oid_text(x->id, &x->s.blob);
	}
	(void)snprintf(x->day, sizeof(x->day), "%s",
		       vv_text_time(x->commit.author.time + x->commit.author.offset_min * 60,
				    VV_TIME_DAY));
	if (x->day[0] == '?') {
		return vv_fail(err, VV_ECORRUPT, "the date of the commit %.10s is out of range",
			       x->revision);
	}
	return VV_OK;
}

/* Reads datapackage.json of that commit; the commit supplies missing members. */
static vv_status read_package(vv_citation *x, vv_error *err)
{
	vv_about *a = &x->about;
	vv_json *root = NULL;
	vv_status rc = vv_subject_beside(&x->s, PACKAGE, &x->package, err);

	if (rc < 0 && rc != VV_ENOTFOUND) return rc;
	if (rc == VV_OK && (rc = vv_json_read(&root, &x->arena, vv_buf_cstr(&x->package),
					      x->package.len, PACKAGE, err)) < 0) {
		return rc;
	}
	if ((rc = vv_about_read(a, &x->arena, root, err)) < 0) return rc;
	if (a->author_count == 0) {
		if (!(a->authors = vv_arena_calloc(&x->arena, 1, sizeof(*a->authors)))) {
			return vv_fail_nomem(err);
		}
		a->authors[a->author_count++] = x->commit.author.name;
	}
	a->title = a->title ? a->title : x->s.path;
	return VV_OK;
}

/* The places of copies that its signer names, otherwise the remote. */
static vv_status find_places(vv_citation *x, vv_error *err)
{
	vv_auto(vv_remote) m = {.name = NULL};
	vv_status rc;
	vv_array_each(x->head.record.mirrors, x->is_signed ? x->head.record.mirror_count : 0, url) {
		if ((rc = vv_string_list_add(&x->places, vv_strdup(*url), err)) < 0) return rc;
	}
	if (x->places.count > 0) return VV_OK;
	if ((rc = vv_remote_find(&m, x->c->repo, "origin", err)) < 0) return vv_missing_ok(rc, err);
	return vv_string_list_add(&x->places, vv_strdup(vv_text_url(m.url)), err);
}

static void put_text(vv_buf *b, const vv_citation *x)
{
	vv_citation_put_authors(b, x, "; ");
	vv_buf_printf(b, " (%.4s). %s. ", x->day, vv_text_shows(x->about.title));
	if (strcmp(x->about.title, x->s.path) != 0) {
		vv_buf_printf(b, "%s, ", vv_text_shows(x->s.path));
	}
	vv_buf_printf(b, "%s. ", x->day);
	if (x->about.licence) {
		vv_buf_printf(b, "%s. ", vv_text_shows(x->about.licence));
	}
	vv_citation_put_note(b, x);
	vv_buf_puts(b, ".\n");
	vv_array_each(x->places.items, x->places.count, it) {
		vv_buf_printf(b, "%s\n", vv_text_shows(*it));
	}
}

static void put_json(vv_buf *b, const vv_citation *x)
{
	vv_json_out w = vv_json_begin_object(b, 2);
	vv_json_put_members(
		&w, {JSON_NAMES("authors", x->about.authors, x->about.author_count)},
		{JSON_TEXT("title", x->about.title)}, {JSON_TEXT("path", x->s.path)},
		{JSON_TEXT("day", x->day)}, {JSON_TEXT("licence", x->about.licence)},
		{JSON_TEXT(x->s.is_dataset ? "root" : "blob", x->id)},
		{JSON_TEXT("commit", x->revision)},
		{JSON_TEXT_WHEN(x->is_signed, "signer", vv_did_key_shows(x->head.record.key))},
		{JSON_NUMBER_WHEN(x->is_signed, "number", x->head.record.number)},
		{JSON_NAMES("urls", x->places.items, x->places.count)});
	vv_json_close_object(&w);
	vv_buf_putc(b, '\n');
}

static void put_citation(vv_buf *b, const vv_citation *x, const char *format)
{
	static const struct {
		const char *format;
		void (*put)(vv_buf *b, const vv_citation *x);
	} forms[] = {{"text", put_text},
		     {"json", put_json},
		     {"bibtex", vv_citation_put_bibtex},
		     {"cff", vv_citation_put_cff},
		     {"datacite", vv_citation_put_datacite}};

	vv_array_each(forms, sizeof(forms) / sizeof(*forms), form) {
		if (strcmp(form->format, format) == 0) {
			form->put(b, x);
		}
	}
}

/* A citation outlives the rows. */
static void warn_of_expired(const vv_citation *x)
{
	vv_error why = {0};

	if (vv_subject_refuse_expired(&x->s, &why) == VV_EMISSING) {
		vv_warn("%s", why.message);
	}
}

static vv_status run_cite(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_citation) x = {.c = c, .s = {.env = vv_environ()}};
	vv_auto(vv_buf) word = VV_BUF_INIT, b = VV_BUF_INIT;
	vv_oid ref;
	vv_status rc;

	if ((rc = find_version(&x, &word, err)) < 0 || (rc = read_package(&x, err)) < 0 ||
	    (rc = vv_head_of_commit(&x.head, &ref, c->repo, &x.s.commit, err)) < 0) {
		return rc;
	}
	x.is_signed = !vv_oid_is_null(&ref);
	if ((rc = find_places(&x, err)) < 0) return rc;
	warn_of_expired(&x);
	put_citation(&b, &x, o->format ? o->format : "text");
	if ((rc = vv_buf_ok(&b, err)) == VV_OK) {
		vv_out_bytes(b.data, b.len);
	}
	return rc;
}

const vv_command vv_cmd_cite = {
	.name = "cite",
	.group = "peers",
	.summary = "print a citation of a version of a table",
	.usage = "[--format FORMAT] [[URL#]REV:]PATH",
	.example =
		"$ varve cite v1.0:prices.csv\n"
		"Ada (2026). Prices of plants. prices.csv, 2026-08-11. CC0-1.0. CID bafyreigaha4i...",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.takes = "one PATH or REV:PATH",
	.least = 1,
	.most = 1,
	.needs = VV_NEEDS_REPOSITORY | VV_NEEDS_READER,
	.urls = VV_URLS_VERSIONS,
	.run = run_cite,
};
