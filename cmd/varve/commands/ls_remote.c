/*
 * ls_remote: git ls-remote, and the same for a repository behind a relay, which git cannot reach. With
 * the latter, only git's usual options work.
 */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/context.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/frame/run.h"
#include "cmd/varve/commands.h"
#include "lib/remotes/remote.h"
#include "lib/remotes/transfer.h"
#include "lib/sync/needed.h"
#include "repo/git/history/refs.h"
#include "transport/line/url.h"
#include "transport/protocol/peer.h"

typedef struct options {
	bool heads, tags, refs, quiet, symref, exit_code;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "heads", heads, "list only branches"),
	OPT_FLAG('b', "branches", heads, "list only branches"),
	OPT_FLAG('t', "tags", tags, "list only tags"),
	OPT_FLAG(0, "refs", refs, "list neither HEAD nor the commits of annotated tags"),
	OPT_FLAG('q', "quiet", quiet, "do not print the URL of the default remote"),
	OPT_FLAG(0, "symref", symref, "also print the branch of HEAD"),
	OPT_FLAG(0, "exit-code", exit_code, "exit with 2 if nothing is listed"),
};

/* Returns the first argument that is not an option: the repository; or NULL. */
static const char *find_repository_word(int argc, char **argv)
{
	static const char *const with_value[] = {"-o", "--server-option", "--upload-pack", "--exec",
						 "--sort"};

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			continue;
		}
		if (argv[i][0] != '-') return argv[i];
		i += vv_array_find(with_value, sizeof(with_value) / sizeof(with_value[0]), it,
				   strcmp(argv[i], *it) == 0) != NULL;
	}
	return NULL;
}

/* word NULL: the default remote. */
static vv_status find_remote(vv_remote *out, vv_repository *r, const char *word, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_auto(char) *name = NULL;
	vv_status rc;

	if (word) return vv_remote_find(out, r, word, err);
	if ((rc = vv_head_read(r, &head, err)) < 0 ||
	    (rc = vv_remote_default(&name, r, head.branch, false, err)) < 0) {
		return rc;
	}
	return vv_remote_find(out, r, name, err);
}

static bool is_behind_relay(const char *word)
{
	vv_auto(vv_repository) *r = NULL;
	vv_auto(vv_remote) m = {0};
	vv_auto(vv_url) u = {0};

	(void)vv_repository_open(&r, NULL, vv_environ(), VV_IGNORED);
	return (word || r) && find_remote(&m, r, word, VV_IGNORED) == VV_OK &&
	       vv_url_read(&u, m.url, VV_IGNORED) == VV_OK && u.kind == VV_URL_RELAY;
}

/* --- a list ---------------------------------------------------------------------------------- */

typedef struct listing {
	const options *o;
	char *const *patterns;
	size_t pattern_count, lines;
} listing;

/* As git does: a pattern matches the last parts of the name. */
static bool matches_name(const listing *l, const char *name)
{
	bool does = l->pattern_count == 0;

	for (size_t i = 0; !does && i < l->pattern_count; i++) {
		vv_auto(char) *pattern = vv_asprintf("*/%s", l->patterns[i]);
		vv_auto(char) *path = vv_asprintf("/%s", name);
		does = pattern && path && fnmatch(pattern, path, 0) == 0;
	}
	return does;
}

static bool is_chosen(const options *o, const char *name)
{
	return (!o->heads && !o->tags) || (o->heads && strncmp(name, "refs/heads/", 11) == 0) ||
	       (o->tags && strncmp(name, "refs/tags/", 10) == 0);
}

static void put_line(listing *l, const vv_oid *id, const char *name)
{
	char text[VV_OID_TEXT + 1];

	if (!is_chosen(l->o, name) || !matches_name(l, name)) return;
	vv_oid_text(text, id);
	vv_out("%s\t%s\n", text, vv_text_shows(name));
	l->lines++;
}

static void put_head(listing *l, const vv_hello *h)
{
	const vv_remote_ref *branch = h->head ? vv_array_find(h->refs, h->ref_count, it,
							      strcmp(it->name, h->head) == 0)
					      : NULL;
	const vv_oid *id = branch ? &branch->id : &h->detached;

	if (l->o->refs || vv_oid_is_null(id)) return;
	if (branch && l->o->symref && is_chosen(l->o, "HEAD") && matches_name(l, "HEAD")) {
		vv_out("ref: %s\tHEAD\n", vv_text_shows(h->head));
	}
	put_line(l, id, "HEAD");
}

static void put_ref(listing *l, const vv_remote_ref *r)
{
	vv_auto(char) *peeled = vv_asprintf("%s^{}", r->name);

	put_line(l, &r->id, r->name);
	if (peeled && !l->o->refs && !vv_oid_equal(&r->id, &r->peeled)) {
		put_line(l, &r->peeled, peeled);
	}
}

static void put_hello(listing *l, const vv_hello *h)
{
	put_head(l, h);
	vv_array_each(h->refs, h->ref_count, it) {
		put_ref(l, it);
	}
	if (h->expired.name) {
		put_ref(l, &h->expired);
	}
	vv_array_each(h->heads, h->head_count, it) {
		put_ref(l, it);
	}
}

static vv_status list_behind_relay(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_remote) m = {0};
	vv_auto(vv_transfer) t = {0};
	vv_auto(vv_peer) *peer = NULL;
	const vv_hello *hello;
	listing l = {.o = o};
	vv_status rc;

	(void)vv_context_need(c, VV_NEEDS_REPOSITORY, VV_IGNORED);
	if ((rc = find_remote(&m, c->repo, c->argc > 0 ? c->argv[0] : NULL, err)) < 0) return rc;
	if (getenv(VV_OFFLINE_VAR)) {
		return vv_fail(err, VV_EREFUSED,
			       "'%s' is at another machine, which --offline forbids to contact",
			       vv_text_url(m.url));
	}
	if ((rc = vv_transfer_open(&t, c->repo, &vv_notes_stderr, true, 0, err)) < 0) return rc;
	t.connect.env = vv_environ();
	if ((rc = vv_transfer_connect(&t, &peer, &m, false, err)) < 0 ||
	    (rc = vv_peer_hello(peer, &hello, err)) < 0) {
		return rc;
	}
	if (c->argc == 0 && !o->quiet) {
		vv_note("From %s", vv_text_url(m.url));
	}
	if (c->argc > 1) {
		l.patterns = c->argv + 1;
		l.pattern_count = (size_t)c->argc - 1;
	}
	put_hello(&l, hello);
	c->code = o->exit_code && l.lines == 0 ? 2 : 0;
	return rc;
}

static const vv_command behind_relay = {
	.name = "ls-remote",
	.usage = "[REMOTE [PATTERN...]]",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "ref",
	.run = list_behind_relay,
};

static bool needs_connection(int argc, char **argv)
{
	return vv_array_find(argv, (size_t)argc, it, strcmp(*it, "--get-url") == 0) == NULL;
}

/* Git's own, unless git cannot reach the repository. */
static int run_ls_remote(void *none VV_UNUSED, int argc, char **argv)
{
	vv_command by_git = vv_cmd_ls_remote;

	if (needs_connection(argc, argv) && is_behind_relay(find_repository_word(argc, argv))) {
		return vv_command_run(&behind_relay, argc, argv);
	}
	by_git.raw = false;
	return vv_command_run(&by_git, argc, argv);
}

const vv_command vv_cmd_ls_remote = {
	.name = "ls-remote",
	.group = "peers",
	.summary = "list the branches and tags of another repository (git ls-remote)",
	.usage = "[--heads] [--tags] [REMOTE [PATTERN...]]",
	.example = "$ varve ls-remote ../sales.git\n"
		   "3f2a1bc0d4e5f60718293a4b5c6d7e8f90a1b2c3\tHEAD\n"
		   "3f2a1bc0d4e5f60718293a4b5c6d7e8f90a1b2c3\trefs/heads/main",
	.arguments = "ref",
	.run_alone = run_ls_remote,
	.pass = true,
	.raw = true,
	.hides_urls = true,
};
