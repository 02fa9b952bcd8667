/*
 * ls_remote: the refs of another repository.
 */
#include <string.h>

#include "base/json/json.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/remotes/reach.h"
#include "lib/remotes/transfer.h"
#include "repo/git/history/refs.h"

typedef struct options {
	bool heads, tags, quiet;
	const char *format;
	uint64_t timeout;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "heads", heads, "only branches"),
	OPT_FLAG('t', "tags", tags, "only tags"),
	OPT_JSON("the output format"),
	OPT_NUMBER(0, "timeout", timeout, "SECONDS",
		   "stop waiting for the other side after this long without a byte (60)"),
	OPT_FLAG('q', "quiet", quiet, "no progress"),
};

static bool wanted(const options *o, const char *name, int count, char **patterns)
{
	if ((o->heads || o->tags) && !(o->heads && strncmp(name, "refs/heads/", 11) == 0) &&
	    !(o->tags && strncmp(name, "refs/tags/", 10) == 0)) {
		return false;
	}
	bool match = count == 0;
	for (int i = 0; i < count; i++) {
		const char *slash = strrchr(name, '/');
		match |= vv_path_match(patterns[i], name) ||
			 (slash && vv_path_match(patterns[i], slash + 1));
	}
	return match;
}

static void print_text(const vv_oid *id, const char *name, const char *suffix)
{
	char hex[VV_OID_TEXT + 1];
	vv_oid_text(hex, id);
	vv_out("%s\t", hex);
	vv_out_text(name, strlen(name));
	vv_out("%s\n", suffix);
}

static vv_status print_json(const options *o, const vv_hello *h, int count, char **patterns,
			    vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_json_out w;
	char hex[VV_OID_TEXT + 1];

	vv_json_out_init(&w, &b, 2);
	vv_json_open_object(&w);
	vv_json_add_string(&w, "head", h->head);
	vv_json_add_array(&w, "refs");
	for (size_t i = 0; i < h->ref_count; i++) {
		if (wanted(o, h->refs[i].name, count, patterns)) {
			vv_json_open_object(&w);
			vv_json_add_string(&w, "name", h->refs[i].name);
			vv_json_name(&w, "id");
			vv_oid_text(hex, &h->refs[i].id);
			vv_json_string(&w, hex);
			vv_json_name(&w, "commit");
			vv_oid_text(hex, &h->refs[i].peeled);
			vv_json_string(&w, hex);
			vv_json_close_object(&w);
		}
	}
	vv_json_close_array(&w);
	vv_json_close_object(&w);
	vv_out_bytes(vv_buf_cstr(&b), b.len);
	vv_out("\n");
	return vv_buf_ok(&b, err);
}

static void print_all(const options *o, const vv_hello *h, int count, char **patterns)
{
	for (size_t i = 0; i < h->ref_count && !o->heads && !o->tags && count == 0; i++) {
		if (h->head && strcmp(h->refs[i].name, h->head) == 0) {
			print_text(&h->refs[i].id, "HEAD", "");
		}
	}
	for (size_t i = 0; i < h->ref_count; i++) {
		const vv_remote_ref *r = &h->refs[i];
		if (!wanted(o, r->name, count, patterns)) {
			continue;
		}
		print_text(&r->id, r->name, "");
		if (!vv_oid_equal(&r->id, &r->peeled)) {
			print_text(&r->peeled, r->name, "^{}");
		}
	}
}

static vv_status default_remote(char **name, vv_repository *r, vv_error *err)
{
	vv_head head;
	vv_status rc = vv_head_read(r, &head, err);
	if (rc == VV_OK) {
		rc = vv_remote_default(name, r, head.branch, false, err);
		vv_head_clear(&head);
	}
	return rc;
}

static vv_status run_ls_remote(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	int count = c->argc > 1 ? c->argc - 1 : 0;
	vv_auto(vv_transfer) t = {0};
	vv_auto(vv_remote) m = {0};
	vv_auto(vv_reached) there = {0};
	vv_auto(char) *name = NULL;
	vv_status rc = vv_context_need(c, VV_NEEDS_REPOSITORY, err);

	if (rc < 0 && !(rc == VV_ENOTFOUND && c->argc > 0)) { /* a URL can be asked from anywhere */
		return rc;
	}
	if (c->argc == 0 && (rc = default_remote(&name, c->repo, err)) < 0) return rc;
	if ((rc = vv_remote_find(&m, c->repo, c->argc > 0 ? c->argv[0] : name, err)) < 0 ||
	    (rc = vv_transfer_open(&t, c->repo, &vv_notes_stderr, o->quiet, o->timeout, err)) < 0) {
		return rc;
	}
	t.connect.env = vv_environ();
	if ((rc = vv_reach(&there, &t, &m, false, err)) < 0) return rc;
	if (vv_wants_json(o->format)) {
		rc = print_json(o, there.hello, count, c->argv + 1, err);
	} else {
		print_all(o, there.hello, count, c->argv + 1);
	}
	return rc;
}

const vv_command vv_cmd_ls_remote = {
	.name = "ls-remote",
	.group = "peers",
	.summary = "list the branches and tags of another repository",
	.usage = "[--heads] [--tags] [--json] [REMOTE [PATTERN...]]",
	.example = "$ varve ls-remote ../sales.git\n"
		   "3f2a1bc0d4e5f60718293a4b5c6d7e8f90a1b2c3\tHEAD\n"
		   "3f2a1bc0d4e5f60718293a4b5c6d7e8f90a1b2c3\trefs/heads/main",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "ref",
	.run = run_ls_remote,
};
