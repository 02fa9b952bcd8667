/*
 * tag: list, make and delete tags.
 */
#include <string.h>

#include "base/file.h"
#include "base/json/json.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "repo/git/history/history.h"
#include "repo/git/ref_name.h"

typedef struct options {
	bool list, annotate, remove, force, sign;
	vv_strings messages;
	const char *file, *format;
} options;

static const vv_option table[] = {
	OPT_FLAG('l', "list", list, "list tags that match the patterns"),
	OPT_JSON("the output format"),
	OPT_FLAG('a', "annotate", annotate, "make a tag with a message, a date and your name"),
	OPT_LIST('m', "message", messages, "TEXT",
		 "the message (implies -a); each further one is a paragraph"),
	OPT_STRING('F', "file", file, "FILE", "the message from a file (implies -a)"),
	OPT_FLAG('d', "delete", remove, "delete tags"),
	OPT_FLAG('f', "force", force, "move an existing tag"),
	OPT_FLAG('s', "sign", sign, "refused: use 'git tag -s'"),
};

#define MESSAGE_MAX (1u << 20)

static char *tag_ref(const char *name)
{
	vv_buf b = VV_BUF_INIT;

	vv_buf_puts(&b, "refs/tags/");
	vv_buf_puts(&b, name);
	return vv_buf_detach(&b);
}

typedef struct listing {
	bool json;
	int count;
	char **patterns;
	vv_buf buf;
	vv_json_out w;
} listing;

static vv_status list_one(void *payload, const vv_ref *ref, vv_error *err)
{
	listing *l = payload;
	const char *name = ref->name + strlen("refs/tags/");
	char hex[VV_OID_TEXT + 1];
	bool wanted = l->count == 0;

	for (int i = 0; i < l->count; i++) {
		wanted = wanted || vv_path_match(l->patterns[i], name);
	}
	if (!wanted) return VV_OK;
	if (!l->json) {
		vv_out_text(name, strlen(name));
		vv_out("\n");
		return VV_OK;
	}
	vv_json_open_object(&l->w);
	vv_json_add_string(&l->w, "name", name);
	vv_json_name(&l->w, "commit");
	vv_oid_text(hex, &ref->commit);
	vv_json_string(&l->w, vv_oid_is_null(&ref->commit) ? NULL : hex);
	vv_json_add_bool(&l->w, "annotated", ref->annotated);
	vv_json_close_object(&l->w);
	return vv_buf_ok(&l->buf, err);
}

static vv_status list_tags(const options *o, vv_repository *r, int argc, char **argv, vv_error *err)
{
	listing l = {.json = vv_wants_json(o->format), .count = argc, .patterns = argv};
	vv_buf_init(&l.buf);
	vv_json_out_init(&l.w, &l.buf, 2);
	if (l.json) {
		vv_json_open_array(&l.w);
	}
	vv_status rc = vv_refs_each(r, "refs/tags/", list_one, &l, err);
	if (l.json && rc == VV_OK) {
		vv_json_close_array(&l.w);
		vv_out_bytes(vv_buf_cstr(&l.buf), l.buf.len);
		vv_out("\n");
	}
	vv_buf_clear(&l.buf);
	return rc;
}

static vv_status delete_tag(vv_repository *r, const char *name, vv_error *err)
{
	vv_auto(char) *ref_name = tag_ref(name), *hex = NULL;
	vv_ref ref;

	if (!ref_name) return vv_fail_nomem(err);
	vv_status rc = vv_ref_get(r, ref_name, &ref, err);
	if (rc == VV_ENOTFOUND) {
		rc = vv_fail(err, rc, "there is no tag '%s'", vv_text_shows(name));
	} else if (rc == VV_OK) {
		if ((rc = vv_rev_short(r, &ref.id, &hex, err)) == VV_OK &&
		    (rc = vv_ref_delete(r, ref_name, &ref.id, err)) == VV_OK) {
			vv_out("deleted tag %s (was %s)\n", vv_text_shows(name), hex);
		}
		vv_ref_clear(&ref);
	}
	return rc;
}

static const char template_text[] =
	"\n#\n# Write a message for the tag.\n# Lines that begin with '#' are left out.\n#\n";

/* The editor's text without its comment lines. */
static void put_without_comments(vv_buf *out, const char *text, size_t len)
{
	size_t n;

	for (size_t at = 0; at < len; at += n) {
		const char *end = memchr(text + at, '\n', len - at);

		n = end ? (size_t)(end - (text + at)) + 1 : len - at;
		if (text[at] != '#') {
			vv_buf_put(out, text + at, n);
		}
	}
}

static vv_status edit_message(vv_repository *r, vv_buf *out, vv_error *err)
{
	vv_auto(char) *file = vv_path_join(vv_repository_gitdir(r), "TAG_EDITMSG", (char *)NULL);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	if (!file) return vv_fail_nomem(err);
	if ((rc = vv_write_file(file, template_text, sizeof(template_text) - 1, false, err)) ==
		    VV_OK &&
	    (rc = vv_editor_run(r, file, err)) == VV_OK &&
	    (rc = vv_read_file(&text, file, MESSAGE_MAX, err)) == VV_OK) {
		put_without_comments(out, vv_buf_cstr(&text), text.len);
		vv_unlink(file, true, NULL);
	}
	if (rc == VV_EUSAGE) {
		vv_hint(err, "give the message with -m");
	}
	return rc;
}

/* Without blank lines around it, one line end after it: as git stripspace leaves it. */
static void strip(vv_buf *b)
{
	size_t start = 0;

	while (b->len > 0 && strchr(" \t\r\n", b->data[b->len - 1])) {
		b->len--;
	}
	while (start < b->len && b->data[start] == '\n') {
		start++;
	}
	if (b->len > 0) {
		memmove(b->data, b->data + start, b->len - start);
		b->len -= start;
		b->data[b->len] = '\0';
		vv_buf_putc(b, '\n');
	}
}

static vv_status make_message(const options *o, vv_repository *r, vv_buf *out, vv_error *err)
{
	vv_status rc = VV_OK;

	if (o->file) {
		rc = vv_read_file(out, o->file, MESSAGE_MAX, err);
	} else if (o->messages.count) {
		for (size_t i = 0; i < o->messages.count; i++) {
			vv_buf_puts(out, i ? "\n\n" : "");
			vv_buf_puts(out, o->messages.items[i]);
		}
	} else {
		rc = edit_message(r, out, err);
	}
	if (rc < 0 || (rc = vv_buf_ok(out, err)) < 0) return rc;
	strip(out);
	if (out->len <= 1) {
		return vv_fail(err, VV_EUSAGE, "the tag's message is empty: no tag was made");
	}
	return vv_buf_ok(out, err);
}

static vv_status make_tag(const options *o, vv_repository *r, const char *name, const char *rev,
			  vv_error *err)
{
	bool annotate = o->annotate || o->messages.count || o->file;
	vv_auto(vv_buf) message = VV_BUF_INIT;
	vv_auto(char) *ref_name = tag_ref(name);
	vv_auto(vv_ref) ref = {0};
	vv_oid id;
	vv_status rc;

	if (!ref_name) return vv_fail_nomem(err);
	if ((rc = vv_ref_name_check(name, err)) < 0 || (rc = vv_rev_commit(r, rev, &id, err)) < 0) {
		return rc;
	}
	if (!o->force && vv_ref_get(r, ref_name, &ref, VV_IGNORED) == VV_OK) {
		rc = vv_fail(err, VV_EEXISTS, "there is a tag '%s' already", vv_text_shows(name));
		vv_hint(err, "-f moves it; clones that already have it will not notice");
		return rc;
	}
	if (annotate && (rc = make_message(o, r, &message, err)) < 0) return rc;
	return vv_tag_create(r, name, &id, annotate ? message.data : NULL, o->force, err);
}

static int check_tag(const vv_context *c)
{
	const options *o = c->options;
	bool makes = !o->remove && !o->list;

	if (o->sign) return vv_usage_error("varve does not sign tags; 'git tag -s' works here");
	if (o->remove && c->argc == 0) return vv_usage_error("which tag should be deleted?");
	if (makes && c->argc > 2) {
		return vv_usage_error("tag takes NAME [REV], not %d words", c->argc);
	}
	if (makes && c->argc == 0 && (o->annotate || o->messages.count || o->file)) {
		return vv_usage_error("name the tag");
	}
	return vv_check_json(vv_wants_json(o->format), o->list || (makes && c->argc == 0),
			     "tag --list --json");
}

static vv_status run_tag(vv_context *c, vv_error *err)
{
	options *o = c->options;
	vv_status rc;

	if (o->list || (!o->remove && c->argc == 0)) {
		return list_tags(o, c->repo, c->argc, c->argv, err);
	}
	if (!o->remove) {
		return make_tag(o, c->repo, c->argv[0], c->argc > 1 ? c->argv[1] : "HEAD", err);
	}
	for (int i = 0; i < c->argc; i++) {
		if ((rc = delete_tag(c->repo, c->argv[i], err)) < 0) return rc;
	}
	return VV_OK;
}

const vv_command vv_cmd_tag = {
	.name = "tag",
	.group = "history",
	.summary = "list, make and delete tags, which name versions",
	.usage = "[-l] [--json] [PATTERN...]\n"
		 "[-a] [-m TEXT] [-f] NAME [REV]\n"
		 "-d NAME...",
	.example = "$ varve tag -m 'as published in March' v1\n"
		   "$ varve tag\n"
		   "v1",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "ref",
	.check = check_tag,
	.needs = VV_NEEDS_REPOSITORY,
	.run = run_tag,
};
