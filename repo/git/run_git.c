/*
 * run_git: git's environment, and its error messages.
 */
#include "repo/git/run_git.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/os.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/config.h"
#include "repo/git/drivers.h"
#include "repo/git/program.h"
#include "repo/git/write_turn.h"

#define FIRST_SEC 10u
#define BYTES_MIN                                                                                  \
	65536u /* with less space a disk counts as full: git frees its locks' space
			  * before */
#define FILES_MIN 8u
#define PIPE_BYTES 65536u /* are read at once */
#define SSH_ALIVE_SEC 15u /* ssh fails after three without an answer */

const char *const vv_git_literal[] = {"GIT_LITERAL_PATHSPECS=1", "GIT_GLOB_PATHSPECS=0",
				      "GIT_NOGLOB_PATHSPECS=0", "GIT_ICASE_PATHSPECS=0", NULL};

/* The variables of `git rev-parse --local-env-vars` that select a repository; settings of git -c stay. A
 * scratch repository lacks objects on purpose: git must not fetch them by itself; and it has the formats in
 * which varve reads it, whatever the user's defaults are. */
static const char *const not_for_scratch[] = {"GIT_ALTERNATE_OBJECT_DIRECTORIES",
					      "GIT_CONFIG",
					      "GIT_OBJECT_DIRECTORY",
					      "GIT_DIR",
					      "GIT_WORK_TREE",
					      "GIT_IMPLICIT_WORK_TREE",
					      "GIT_GRAFT_FILE",
					      "GIT_INDEX_FILE",
					      "GIT_NO_REPLACE_OBJECTS",
					      "GIT_REPLACE_REF_BASE",
					      "GIT_PREFIX",
					      "GIT_SHALLOW_FILE",
					      "GIT_COMMON_DIR",
					      "GIT_QUARANTINE_PATH",
					      "GIT_NAMESPACE",
					      "GIT_NO_LAZY_FETCH=1",
					      "GIT_DEFAULT_HASH=sha1",
					      "GIT_DEFAULT_REF_FORMAT=files",
					      NULL};

vv_status vv_git_env_elsewhere(vv_env **out, const vv_env *env, vv_error *err)
{
	const char *const *all = vv_env_list(env);
	const size_t count = vv_texts_count(all);
	size_t kept = 0;

	vv_auto_free const char **list = vv_calloc(count + 1, sizeof(*list));
	if (!list) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		bool selects = false;

		for (size_t k = 0; not_for_scratch[k]; k++) {
			const size_t len = strlen(not_for_scratch[k]);

			selects |= strncmp(all[i], not_for_scratch[k], len) == 0 &&
				   all[i][len] == '=';
		}
		if (!selects) {
			list[kept++] = all[i];
		}
	}
	return vv_env_new(out, list, err);
}

/* A client distinguishes the two kinds of web servers by the type of the answer, which git does not report;
 * but its trace has the headers. */
static const char *const traced[] = {"GIT_TRACE_CURL=1",          "GIT_TRACE_CURL_NO_DATA=1",
				     "GIT_TRACE_CURL_COMPONENTS", "GIT_TRACE_BARE=0",
				     "GIT_TRACE_REDACT=1",        NULL};
#define SMART "application/x-git-upload-pack-advertisement"

/* Settings of a clone on how to reach hosts. */
static const char *const reaching[] = {"credential.",  "http.",           "url.",
				       "ssh.",         "core.sshcommand", "core.gitproxy",
				       "core.askpass", "protocol."};

static const char *const of_remote[] = {"proxy", "proxyauthmethod", "uploadpack", "receivepack"};

/* --- the environment ------------------------------------------------------------------------- */

typedef struct environment {
	const vv_git_call *run;
	vv_string_list list; /* ends with NULL once it is made */

	vv_buf parameters; /* GIT_CONFIG_PARAMETERS, as any git reads it */
	size_t logins;
	size_t settings; /* GIT_CONFIG_COUNT: for keys with a '=', which need git 2.31 or newer */
} environment;

static vv_status add_variable(environment *e, vv_buf *take, vv_error *err)
{
	return vv_string_list_add(&e->list, vv_buf_detach(take), err);
}

static vv_status add_setting(environment *e, const char *key, const char *value, vv_error *err)
{
	vv_auto(vv_buf) k = VV_BUF_INIT, v = VV_BUF_INIT;
	vv_status rc;

	if (!strchr(key, '=')) {
		vv_buf_printf(&k, "%s=%s", key, value);
		if ((rc = vv_buf_ok(&k, err)) == VV_OK) {
			vv_buf_puts(&e->parameters, e->parameters.len > 0 ? " " : "");
			vv_text_put_quoted(&e->parameters, k.data, k.len);
			rc = vv_buf_ok(&e->parameters, err);
		}
		return rc;
	}
	vv_buf_printf(&k, "GIT_CONFIG_KEY_%zu=%s", e->settings, key);
	vv_buf_printf(&v, "GIT_CONFIG_VALUE_%zu=%s", e->settings, value);
	e->settings++;
	rc = add_variable(e, &k, err);
	return rc < 0 ? rc : add_variable(e, &v, err);
}

static vv_status take_of_remote(environment *e, const char *name, const char *value, vv_error *err)
{
	const char *remote = e->run->remote;
	size_t len = remote ? strlen(remote) : 0;
	char key[64];

	if (!remote || strncmp(name, "remote.", 7) != 0 || strncmp(name + 7, remote, len) != 0 ||
	    name[7 + len] != '.') {
		return VV_OK;
	}
	for (size_t i = 0; i < sizeof(of_remote) / sizeof(of_remote[0]); i++) {
		if (strcmp(name + 8 + len, of_remote[i]) == 0) {
			(void)snprintf(key, sizeof(key), "remote.host.%s", of_remote[i]);
			return add_setting(e, key, value, err);
		}
	}
	return VV_OK;
}

static vv_status take_setting(void *payload, const char *name, const char *value, const char *level,
			      vv_error *err)
{
	environment *e = payload;

	if (strcmp(level, "local") != 0 && strcmp(level, "worktree") != 0) {
		return VV_OK; /* git reads these itself */
	}
	return vv_array_find(reaching, sizeof(reaching) / sizeof(reaching[0]), it,
			     strncmp(name, *it, strlen(*it)) == 0)
		       ? add_setting(e, name, value, err)
		       : take_of_remote(e, name, value, err);
}

static vv_status add_words(environment *e, const char *const *words, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	vv_status rc = VV_OK;

	for (size_t i = 0; words && words[i]; i++) {
		vv_buf_puts(&b, words[i]);
		if ((rc = add_variable(e, &b, err)) < 0) return rc;
	}
	return VV_OK;
}

static const vv_env *own_env(const vv_git_call *r)
{
	return r->repo ? vv_repository_env(r->repo) : r->env;
}

static unsigned first_sec(const vv_git_call *r)
{
	if (r->first_sec > 0) return r->first_sec;
	return r->idle_sec < FIRST_SEC ? r->idle_sec : FIRST_SEC;
}

/* Does it only read? Then no hook runs that would inherit its settings. */
static bool is_fetch(const vv_git_call *r)
{
	size_t i = 0;

	while (r->args[i] && strcmp(r->args[i], "fetch") != 0 && strcmp(r->args[i], "--") != 0) {
		i++;
	}
	return r->args[i] && *r->args[i] == 'f';
}

/* git's time-out for a silent host, like that of our own requests. */
static vv_status add_idle(environment *e, unsigned idle_sec, vv_error *err)
{
	static const char *const limit[] = {"GIT_HTTP_LOW_SPEED_LIMIT=1", NULL};
	vv_buf b = VV_BUF_INIT;
	vv_status rc = add_words(e, limit, err);

	if (rc == VV_OK) {
		vv_buf_printf(&b, "GIT_HTTP_LOW_SPEED_TIME=%u", idle_sec);
		rc = add_variable(e, &b, err);
	}
	return rc;
}

/* A user's command is not changed. */
static vv_status add_ssh(environment *e, const vv_git_call *r, vv_error *err)
{
	vv_auto(char) *own = r->repo ? NULL : vv_config_outside(r->env, "core.sshCommand");
	vv_buf b = VV_BUF_INIT;

	if (own || vv_env_get(own_env(r), "GIT_SSH_COMMAND") || vv_env_get(own_env(r), "GIT_SSH") ||
	    (r->repo && vv_config_string(r->repo, "core.sshCommand", &own, VV_IGNORED) == VV_OK)) {
		return VV_OK;
	}
	vv_buf_printf(&b, "GIT_SSH_COMMAND=ssh -o ConnectTimeout=%u -o ServerAliveInterval=%u",
		      first_sec(r), SSH_ALIVE_SEC);
	return add_variable(e, &b, err);
}

/* Reads the site of a secret, "https://host:port", and its user. False: none, or unclear. */
static bool read_login(const char *url, vv_buf *site, vv_buf *user, vv_buf *secret)
{
	const char *scheme = strstr(url, "://"), *start, *at, *colon;
	size_t from, len;

	if (!scheme || !vv_url_secret(url, &from, &len)) return false;
	start = scheme + 3;
	at = url + from + len -
	     (url[from] != ':'); /* of a token in the place of a user '@' is secret, too */
	colon = memchr(start, ':', (size_t)(at - start));
	colon = colon ? colon : at;
	vv_buf_put(site, url, (size_t)(start - url));
	vv_buf_put(site, at + 1, strcspn(at + 1, "/?#"));
	return vv_percent_read(user, start, (size_t)(colon - start)) &&
	       vv_percent_read(secret, colon + (colon < at), (size_t)(at - colon) - (colon < at)) &&
	       !memchr(vv_buf_cstr(user), '\n', user->len) &&
	       !memchr(vv_buf_cstr(secret), '\n', secret->len);
}

/* Secrets on command lines are readable by all users of the machine, and git passes URLs to its children so: puts
 * the secrets of url into the environment, and disables other helpers. */
static vv_status add_login(environment *e, const char *url, vv_error *err)
{
	vv_auto(vv_buf) site = VV_BUF_INIT, user = VV_BUF_INIT, secret = VV_BUF_INIT,
			key = VV_BUF_INIT, helper = VV_BUF_INIT;
	const size_t n = e->logins++;
	vv_status rc;

	if (!url || !read_login(url, &site, &user, &secret)) return VV_OK;
	vv_buf_printf(&key, "credential.%s.helper", vv_buf_cstr(&site));
	vv_buf_reset(&site);
	vv_buf_printf(&site, "VARVE_GIT_USER_%zu=%s", n, vv_buf_cstr(&user));
	vv_buf_reset(&user);
	vv_buf_printf(&user, "VARVE_GIT_SECRET_%zu=%s", n, vv_buf_cstr(&secret));
	vv_buf_printf(&helper,
		      "!f() { test \"$1\" != get || printf 'username=%%s\\npassword=%%s\\n' "
		      "\"$VARVE_GIT_USER_%zu\" \"$VARVE_GIT_SECRET_%zu\"; }; f",
		      n, n);
	if ((rc = vv_buf_ok(&key, err)) < 0 || (rc = vv_buf_ok(&helper, err)) < 0 ||
	    (rc = add_variable(e, &site, err)) < 0 || (rc = add_variable(e, &user, err)) < 0 ||
	    (rc = add_setting(e, key.data, "", err)) < 0 ||
	    (rc = add_setting(e, key.data, helper.data, err)) < 0 || !e->run->remote ||
	    e->run->scratch) {
		return rc;
	}
	vv_buf_reset(&key); /* the URL that git reads itself */
	vv_buf_puts(&key, "url.");
	vv_text_put_bare_url(&key, url);
	vv_buf_puts(&key, ".insteadOf");
	rc = vv_buf_ok(&key, err);
	return rc < 0 ? rc : add_setting(e, key.data, url, err);
}

static vv_status add_url(environment *e, const char *key, const char *url, vv_error *err)
{
	vv_auto(vv_buf) word = VV_BUF_INIT;

	if (!url) return VV_OK;
	vv_text_put_bare_url(&word, url);
	vv_status rc = vv_buf_ok(&word, err);
	return rc < 0 ? rc : add_setting(e, key, word.data, err);
}

/* No setting of the user rewrites this, and git rewrites once. A remote with a URL for pushes has no part in
 * url.*.pushInsteadOf. */
static vv_status add_exact(environment *e, const vv_git_call *r, vv_error *err)
{
	static const char alias[] = "varve-exact:";
	vv_auto(vv_buf) word = VV_BUF_INIT;
	vv_auto(char) *same = NULL, *url = NULL, *push = NULL;
	vv_status rc;

	if (!r->exact || !r->url) return VV_OK;
	vv_text_put_bare_url(&word, r->url);
	if ((rc = vv_buf_ok(&word, err)) < 0) return rc;
	const char *name = r->scratch ? "host" : word.data;
	if (!(same = vv_asprintf("url.%s.insteadOf", word.data)) ||
	    !(url = vv_asprintf("remote.%s.url", name)) ||
	    !(push = vv_asprintf("remote.%s.pushurl", name))) {
		return vv_fail_nomem(err);
	}
	if ((rc = add_setting(e, same, alias, err)) < 0 ||
	    (rc = add_setting(e, url, alias, err)) < 0) {
		return rc;
	}
	return add_setting(e, push, alias, err);
}

/* git finds our filter on the PATH, also where varve was run by its path. */
static vv_status add_path(environment *e, const vv_git_call *r, vv_error *err)
{
	vv_auto(char) *found = NULL, *own = NULL, *word = NULL;
	const char *path = vv_env_get(own_env(r), "PATH");

	if (vv_program_find(&found, own_env(r), "varve", VV_IGNORED) == VV_OK ||
	    vv_program_find_own(&own, own_env(r), "varve", VV_IGNORED) < 0) {
		return VV_OK;
	}
	*strrchr(own, '/') = '\0';
	word = vv_asprintf("PATH=%s" VV_OS_PATH_SEPARATOR "%s", own, path ? path : "");
	const char *const words[] = {word, NULL};
	return word ? add_words(e, words, err) : vv_fail_nomem(err);
}

/* Adds the settings of the repository of a call for a scratch one, and the host. */
static vv_status add_scratch(environment *e, const vv_git_call *r, vv_error *err)
{
	vv_status rc = add_words(e, not_for_scratch, err);

	if (rc < 0 || (r->repo && (rc = vv_config_each(r->repo, "", take_setting, e, err)) < 0) ||
	    (!r->exact && (rc = add_url(e, "remote.host.url", r->url, err)) < 0)) {
		return rc;
	}
	return add_url(e, "remote.host.pushurl", r->push_url, err);
}

/* A repository without varve's drivers in its settings: git run by us uses varve anyway. */
static vv_status add_drivers(environment *e, vv_repository *r, vv_error *err)
{
	vv_auto(char) *process = NULL, *clean = NULL;
	vv_status rc = VV_OK;

	if (vv_config_string(r, "filter.varve.process", &process, VV_IGNORED) == VV_OK ||
	    vv_config_string(r, "filter.varve.clean", &clean, VV_IGNORED) == VV_OK) {
		return VV_OK;
	}
	for (size_t i = 0; rc == VV_OK && i < vv_drivers_count; i++) {
		vv_auto(vv_buf) value = VV_BUF_INIT;

		vv_driver_value(&value, i, "varve");
		rc = vv_buf_ok(&value, err);
		rc = rc < 0 ? rc : add_setting(e, vv_driver_key(i), value.data, err);
	}
	return rc;
}

static void clear_environment(environment *e)
{
	vv_string_list_clear(&e->list);
	vv_buf_clear(&e->parameters);
}

VV_AUTO_CLEAR(environment, clear_environment)

static vv_status make_environment(environment *e, const vv_git_call *r, vv_error *err)
{
	const char *given = vv_env_get(own_env(r), "GIT_CONFIG_COUNT"),
		   *before = vv_env_get(own_env(r), "GIT_CONFIG_PARAMETERS");
	vv_buf b = VV_BUF_INIT;
	vv_status rc;

	*e = (environment){.run = r, .settings = given ? (size_t)strtoul(given, NULL, 10) : 0};
	const char *const turn[] = {r->repo ? vv_write_turn_setting(r->repo) : NULL, NULL};
	/* output that is not shown to the user is read by varve, which needs English */
	const char *const language[] = {r->show || r->terminal ? NULL : "LANGUAGE=en", NULL};
	if ((rc = add_words(e, language, err)) < 0 || (rc = add_words(e, r->more, err)) < 0 ||
	    (rc = add_words(e, turn, err)) < 0 ||
	    (r->in_worktree &&
	     ((rc = add_path(e, r, err)) < 0 || (rc = add_drivers(e, r->repo, err)) < 0)) ||
	    (r->idle_sec > 0 && (rc = add_idle(e, r->idle_sec, err)) < 0) ||
	    (r->idle_sec > 0 && (r->dumb || is_fetch(r)) && (rc = add_ssh(e, r, err)) < 0) ||
	    (r->dumb && (rc = add_words(e, traced, err)) < 0) ||
	    (r->scratch && (rc = add_scratch(e, r, err)) < 0) || (rc = add_exact(e, r, err)) < 0 ||
	    (rc = add_login(e, r->url, err)) < 0 || (rc = add_login(e, r->push_url, err)) < 0) {
		return rc;
	}
	if (e->settings > 0) {
		vv_buf_printf(&b, "GIT_CONFIG_COUNT=%zu", e->settings);
		rc = add_variable(e, &b, err);
	}
	if (rc == VV_OK && e->parameters.len > 0) {
		vv_buf_printf(&b, "GIT_CONFIG_PARAMETERS=%s%s%s", before ? before : "",
			      before && *before ? " " : "", vv_buf_cstr(&e->parameters));
		rc = add_variable(e, &b, err);
	}
	if (rc == VV_OK && !vv_array_add(e->list.items, e->list.count, e->list.cap, NULL)) {
		rc = vv_fail_nomem(err);
	}
	return rc;
}

/* Quoted in git's syntax: a path may contain the separator. */
void vv_git_put_alternates(vv_buf *out, const vv_env *env, const char *objects)
{
	const char *others = vv_env_get(env, "GIT_ALTERNATE_OBJECT_DIRECTORIES");

	vv_buf_puts(out, "GIT_ALTERNATE_OBJECT_DIRECTORIES=\"");
	for (const char *c = objects; *c; c++) {
		vv_buf_puts(out, *c == '"' || *c == '\\' ? "\\" : "");
		vv_buf_putc(out, *c);
	}
	vv_buf_printf(out, "\"%s%s", others ? VV_OS_PATH_SEPARATOR : "", others ? others : "");
}

/* --- running ---------------------------------------------------------------------------------- */

/* "10:20:30.123456 http.c:664              <= Recv header: ...", of GIT_TRACE and its like. */
static bool is_traced(const char *line, size_t len)
{
	static const char form[] = "00:00:00.000000 ";
	size_t i = 0;

	while (i < sizeof(form) - 1 && i < len &&
	       (form[i] == '0' ? vv_is_digit(line[i]) : line[i] == form[i])) {
		i++;
	}
	return i == sizeof(form) - 1;
}

/* Removes the trace from git's output. */
static bool take_trace(vv_buf *said)
{
	static const char header[] = "<= Recv header: content-type: " SMART;
	const size_t header_len = sizeof(header) - 1;
	bool any = false, smart = false;
	size_t kept = 0;

	for (size_t at = 0, len; at < said->len; at += len) {
		const char *line = said->data + at, *nl = memchr(line, '\n', said->len - at);
		len = nl ? (size_t)(nl - line) + 1 : said->len - at;
		if (!is_traced(line, len) || strncmp(line + 16, "http.c:", 7) != 0) {
			memmove(said->data + kept, line, len);
			kept += len;
			continue;
		}
		any = true;
		for (size_t i = 0; i + header_len <= len && !smart; i++) {
			smart = vv_ascii_compare(line + i, header, header_len) == 0;
		}
	}
	if (any) {
		said->len = kept;
		said->data[kept] = '\0';
	}
	return any && !smart;
}

/* git has no limit of its own at git://. The answer to a request for refs arrives at once, and a fetch shows progress, if
 * its stderr is ours. */
static unsigned silent_sec(const vv_git_call *r)
{
	if (!r->url || strncmp(r->url, "git://", strlen("git://")) != 0) return 0;
	if (r->dumb) return first_sec(r);
	return is_fetch(r) && !r->show ? r->idle_sec : 0;
}

/* Would a git that is started in the work tree find this repository? */
static bool is_found_there(const vv_repository *r)
{
	vv_auto(char) *link = vv_repository_file(r, ".git");

	return link && vv_exists(link) && !vv_env_get(vv_repository_env(r), "GIT_DIR") &&
	       !vv_env_get(vv_repository_env(r), "GIT_WORK_TREE");
}

/* argv has room for VV_GIT_ARGS_MAX + 12. The setting is exactly that which repository_config.c knows. */
static void put_args(const char **argv, const vv_git_call *r, bool progress)
{
	const bool named = r->in_worktree ? !is_found_there(r->repo) : r->scratch || r->repo;
	size_t n = 0;

	argv[n++] = "git";
	if (r->in_worktree && !r->dir) {
		/* git changes there itself, and never removes the folder in which it was started */
		argv[n++] = "-C";
		argv[n++] = vv_repository_workdir(r->repo);
	}
	if (named) {
		argv[n++] = "--git-dir";
		argv[n++] = r->scratch ? r->scratch : vv_repository_gitdir(r->repo);
	}
	if (named && r->in_worktree) {
		argv[n++] = "--work-tree";
		argv[n++] = vv_repository_workdir(r->repo);
	}
	if (r->durable) {
		argv[n++] = "-c";
		argv[n++] = "core.fsync=all";
	}
	for (size_t i = 0; r->args[i]; i++) {
		assert(i < VV_GIT_ARGS_MAX);
		argv[n++] = progress && strcmp(r->args[i], "-q") == 0 ? "--progress" : r->args[i];
	}
	argv[n] = NULL;
}

vv_status vv_git_talk(vv_child *out, const vv_git_call *r, vv_error *err)
{
	const char *argv[VV_GIT_ARGS_MAX + 12];
	vv_buf piped = VV_BUF_INIT; /* requests a pipe */
	vv_auto(environment) e = {0};
	const vv_status rc = make_environment(&e, r, err);

	*out = VV_CHILD_NONE;
	put_args(argv, r, false);
	const vv_run run = {.argv = argv,
			    .dir = r->dir,
			    .env = own_env(r),
			    .more = (const char *const *)e.list.items,
			    .output = &piped,
			    .mute = true,
			    .talk = true};
	return rc < 0 ? rc : vv_run_start(out, &run, err);
}

vv_status vv_git_ask(vv_child *git, const vv_buf *question, char end, size_t ends, vv_buf *answer,
		     vv_error *err)
{
	for (size_t at = 0; at < question->len;) {
		ssize_t n = vv_os_write(write, git->in, question->data + at, question->len - at);

		if (n < 0 && errno != EINTR) return vv_fail_errno(err, "cannot ask", "git");
		at += n > 0 ? (size_t)n : 0;
	}
	for (size_t at = answer->len; ends > 0;) {
		if (!vv_buf_reserve(answer, PIPE_BYTES + 1)) return vv_fail_nomem(err);
		ssize_t n = read(git->out, answer->data + answer->len, PIPE_BYTES);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) return vv_fail(err, VV_EIO, "git ended before it answered");
		for (answer->len += (size_t)n; at < answer->len; at++) {
			ends -= answer->data[at] == end;
		}
		answer->data[at] = '\0';
	}
	return VV_OK;
}

/* The limit for calls that contact another machine; 0: no limit. */
static uint64_t memory_of(const vv_git_call *r)
{
	if (r->files) return VV_GIT_FILES_MEMORY;
	if (r->dumb) return VV_GIT_REFS_MEMORY;
	return r->idle_sec > 0 && is_fetch(r) ? VV_GIT_FETCH_MEMORY : 0;
}

vv_status vv_git_run(const vv_git_call *r, vv_buf *said, int *exit_code, vv_error *err)
{
	const char *argv[VV_GIT_ARGS_MAX + 12];
	vv_auto(vv_buf) dropped = VV_BUF_INIT;
	const unsigned silent = silent_sec(r);
	vv_auto(environment) e = {0};
	vv_status rc = make_environment(&e, r, err);

	vv_buf *output = r->output ? r->output : &dropped, *errors = said;

	if (r->terminal) {
		output = NULL;
	}
	if (r->show || r->terminal) {
		errors = NULL;
	}
	put_args(argv, r, silent > 0 && !r->dumb);
	const vv_run run = {.argv = argv,
			    .dir = r->dir,
			    .bound = r->in_worktree,
			    .by_signal = r->in_worktree ? SIGTERM : 0,
			    .tree = r->idle_sec > 0 && !r->in_worktree,
			    .env = own_env(r),
			    .more = (const char *const *)e.list.items,
			    .input = r->input,
			    .len = r->len,
			    .silent_sec = silent,
			    .leaves = true, /* a hook of the user may start a daemon */
			    .data = memory_of(r),
			    .terminal = r->terminal,
			    .started = r->started,
			    .started_payload = r->started_payload,
			    .output = output,
			    .errors = errors};
	rc = rc < 0 ? rc : vv_run_program(&run, exit_code, err);
	if (rc == VV_EIO && run.silent_sec > 0) {
		rc = vv_prefix(err, "%s", vv_text_url(r->url));
	}
	if (r->dumb) {
		*r->dumb = take_trace(said);
	}
	return rc;
}

/* --- its output ------------------------------------------------------------------------------ */

static bool has_word(const char *line, size_t len, const char *word)
{
	const size_t n = strlen(word);

	for (size_t i = 0; i + n <= len; i++) {
		if (memcmp(line + i, word, n) == 0) return true;
	}
	return false;
}

/* General lines that git adds, without information on the error. */
static bool is_general(const char *line, size_t len)
{
	static const char *const begins[] = {"hint: ",
					     "warning: ",
					     "To ",
					     "From ",
					     "Everything up-to-date",
					     "Please make sure you have",
					     "and the repository exists",
					     "send-pack: unexpected disconnect",
					     "fetch-pack: unexpected disconnect",
					     "error: failed to push some refs",
					     "error: send-pack died"};

	return vv_array_find(begins, sizeof(begins) / sizeof(begins[0]), begin,
			     len >= strlen(*begin) && strncmp(line, *begin, strlen(*begin)) == 0) !=
	       NULL;
}

/* Lines that report only that it failed. */
static bool is_weak(const char *line, size_t len)
{
	return has_word(line, len, "hung up unexpectedly") ||
	       has_word(line, len, "Could not read from remote repository") ||
	       has_word(line, len, "early EOF");
}

static void skip_word(const char **line, size_t *len, const char *word)
{
	const size_t n = strlen(word);

	if (*len >= n && strncmp(*line, word, n) == 0) {
		*line += n;
		*len -= n;
	}
}

static void trim_line(const char **line, size_t *len)
{
	while (*len > 0 && (*line)[0] == ' ') {
		(*line)++;
		(*len)--;
	}
	while (*len > 0 && ((*line)[*len - 1] == ' ' || (*line)[*len - 1] == '.')) {
		(*len)--;
	}
}

/* Appends the reported lines, separated by "; ". remote: also the host's lines for people. */
static void put_reason(vv_buf *out, const char *text, bool remote, bool weak)
{
	vv_auto(vv_buf) shown = VV_BUF_INIT;

	for (const char *p = text; *p;) {
		const size_t n = strcspn(p, "\n\r");
		const char *line = p;
		size_t len = n;
		const bool is_remote = n >= 7 && strncmp(p, "remote:", 7) == 0,
			   progress = (p[n] == '\r' && p[n + 1] != '\n') ||
				      has_word(line, len, ", done.");

		p += n + strspn(p + n, "\n\r");
		if (progress || is_traced(line, len) || is_general(line, len) ||
		    is_weak(line, len) != weak || is_remote != remote) {
			continue;
		}
		skip_word(&line, &len, "remote:");
		trim_line(&line, &len);
		skip_word(&line, &len, "fatal:");
		skip_word(&line, &len, "error:");
		skip_word(&line, &len, "!");
		trim_line(&line, &len);
		if (len > 0) {
			vv_buf_puts(out, out->len > 0 ? "; " : "");
			vv_buf_reset(&shown);
			vv_text_put_urls(&shown, line, len);
			vv_text_put_escaped(out, vv_buf_cstr(&shown), shown.len);
		}
	}
}

/* Appends git's output without paths, URLs and names, which can contain any words. */
static void put_own_words(vv_buf *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		const bool begins = p == text || p[-1] == ' ' || p[-1] == '(' || p[-1] == '\n';
		const char *end = begins && *p == '\'' ? p + 1 + strcspn(p + 1, "'\n") : p;

		if (begins && *p != '\'') {
			const size_t word = strcspn(p, " \n");

			end = has_word(p, word, "://") ? p + word - 1 : p;
		}
		if (*end == '\n' || *end == '\0') {
			end = p; /* the quote does not close */
		}
		if (end == p) {
			vv_buf_putc(out, *p);
		}
		p = end;
	}
}

static vv_status code_of(const char *said)
{
	static const struct {
		const char *words;
		vv_status code;
	} known[] = {{"Authentication failed", VV_EAUTH},
		     {"could not read Username", VV_EAUTH},
		     {"Permission denied (", VV_EAUTH},
		     {"error: 401", VV_EAUTH},
		     {"HTTP 401", VV_EAUTH},
		     {"denied", VV_EREFUSED},
		     {"Permission", VV_EREFUSED},
		     {"Authentication", VV_EREFUSED},
		     {"error: 403", VV_EREFUSED},
		     {"HTTP 403", VV_EREFUSED},
		     {"declined", VV_EREFUSED},
		     {"rejected", VV_EREFUSED},
		     {"not permitted", VV_EREFUSED},
		     {"Host key", VV_EREFUSED},
		     {"not found", VV_ENOTFOUND},
		     {"does not exist", VV_ENOTFOUND},
		     {"not appear to be", VV_ENOTFOUND},
		     {"no such", VV_ENOTFOUND},
		     {"Could not resolve", VV_ENOTFOUND}};
	vv_auto(vv_buf) words = VV_BUF_INIT;

	put_own_words(&words, said);
	const __typeof__(known[0]) *what = vv_array_find(known, sizeof(known) / sizeof(known[0]),
							 it,
							 strstr(vv_buf_cstr(&words), it->words));
	return what ? what->code : VV_EIO;
}

/* The host's lines for people come first, unless they were shown already; lines that report only a
 * failure are used if nothing else was reported. */
static vv_status explain_failure(const char *what, const vv_buf *said, bool told, int exit_code,
				 vv_error *err)
{
	const char *text = vv_buf_cstr(said);
	vv_auto(vv_buf) reason = VV_BUF_INIT;
	vv_status rc = code_of(text);

	if (!told) {
		put_reason(&reason, text, true, false);
	}
	put_reason(&reason, text, false, false);
	if (reason.len == 0) {
		put_reason(&reason, text, true, false);
		put_reason(&reason, text, false, true);
	}
	return reason.len > 0
		       ? vv_fail(err, rc, "%s: git says: %s", what, vv_buf_cstr(&reason))
		       : vv_fail(err, VV_EIO, "%s: git ended with exit code %d", what, exit_code);
}

vv_status vv_git_explain(const char *what, const vv_buf *said, int exit_code, vv_error *err)
{
	return explain_failure(what, said, true, exit_code, err);
}

vv_status vv_git_name_disk(const vv_repository *r, const char *dir, vv_error *err)
{
	const char *dirs[4] = {dir};
	static const char reason[] = ": No space left on device";
	char *said = strstr(err->message, reason);
	struct statvfs fs;

	if (r) {
		dirs[1] = vv_repository_gitdir(r);
		dirs[2] = vv_repository_commondir(r);
		dirs[3] = vv_repository_workdir(r);
	}
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		if (dirs[i] && statvfs(dirs[i], &fs) == 0 &&
		    ((uint64_t)fs.f_bavail * fs.f_frsize < BYTES_MIN ||
		     (fs.f_files > 0 && fs.f_favail < FILES_MIN))) {
			if (said) { /* once */
				memmove(said, said + sizeof(reason) - 1,
					strlen(said + sizeof(reason) - 1) + 1);
			}
			errno = ENOSPC;
			return vv_fail_errno(err, err->message, NULL);
		}
	}
	return err->code;
}

vv_status vv_git_must(const vv_git_call *r, const char *what, vv_error *err)
{
	vv_auto(vv_buf) said = VV_BUF_INIT;
	int code = 0;
	vv_status rc = vv_git_run(r, &said, &code, err);

	return rc == VV_OK && code != 0 ? explain_failure(what, &said, false, code, err) : rc;
}

/* The text after "remote: ", as a terminal shows it: only the part after the last carriage return. */
static void put_remote_line(vv_buf *out, const char *text, size_t len)
{
	size_t at;

	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\r')) {
		len--;
	}
	for (at = len; at > 0 && text[at - 1] != '\r';) {
		at--;
	}
	if (at > 0 && strncmp(text + at, "remote: ", 8) == 0) {
		at += 8;
	}
	vv_text_put_urls(out, text + at, len - at);
	vv_buf_putc(out, '\n');
}

void vv_git_remote_lines(const vv_buf *said, vv_buf *out)
{
	for (vv_line l = {.rest = vv_buf_cstr(said)}; vv_line_next(&l);) {
		if (strncmp(l.text, "remote: ", 8) == 0) {
			put_remote_line(out, l.text + 8, l.len - 8);
		}
	}
}
