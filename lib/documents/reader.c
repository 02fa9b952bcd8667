/*
 * reader: settings, attributes and first bytes.
 */
#include "lib/documents/reader.h"

#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/json/json.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/read/sniff.h"
#include "dataset/read/unseen.h"
#include "lib/documents/helper.h"
#include "repo/git/config.h"
#include "repo/git/index/attributes.h"
#include "repo/git/program.h"

#define MEMORY ((uint64_t)1 << 30) /* of the program that lists kinds */
#define SECONDS 10u

/* The kinds of varve's own readers. */
static const char *const own_kinds[] = {"workbook", "parquet", "arrow", "sqlite", "statistics"};
#define OWN_KINDS (sizeof(own_kinds) / sizeof(own_kinds[0]))

static char *own_command(const vv_env *env)
{
	const char *python = vv_helper_python(env);

	return python[strcspn(python, " \t'")] ? vv_asprintf("\"%s\" -m varve_data.reader", python)
					       : vv_asprintf("%s -m varve_data.reader", python);
}

static bool is_own(const char *kind)
{
	return kind && vv_text_is_among(kind, own_kinds, OWN_KINDS);
}

char *vv_reader_setting(vv_repository *repo, const vv_env *env, const char *key)
{
	return repo ? vv_config_protected(repo, key) : vv_config_outside(env, key);
}

/* varve.reader.KIND.command; NULL: there is none. KIND is of letters and digits. */
static char *kind_setting(vv_repository *repo, const vv_env *env, const char *kind)
{
	if (!*kind || kind[strspn(kind, "abcdefghijklmnopqrstuvwxyz0123456789")]) return NULL;
	vv_auto(char) *key = vv_asprintf("varve.reader.%s.command", kind);
	return !key ? NULL : vv_reader_setting(repo, env, key);
}

/* The command of the user's settings for a file; NULL: none. */
static char *configured_command(vv_repository *repo, const vv_env *env, const char *name,
				const char *kind)
{
	char ext[16];
	const char *has = vv_path_ext(name);
	size_t n = 0;

	for (; has[n] && n + 1 < sizeof(ext); n++) {
		ext[n] = (char)(has[n] >= 'A' && has[n] <= 'Z' ? has[n] + 32 : has[n]);
	}
	ext[n] = '\0';
	char *command = has[n] ? NULL : kind_setting(repo, env, ext);

	return command || !kind ? command : kind_setting(repo, env, kind);
}

/* The attribute of a path of the repository, owned; NULL: unset. *off: it excludes documents. */
static char *reader_attribute(bool *off, vv_repository *repo, const char *name)
{
	vv_auto(char) *kind = NULL;

	*off = false;
	if (!repo || vv_path_is_absolute(name) || strncmp(name, "../", 3) == 0 ||
	    vv_attr_value(repo, name, "varve-reader", &kind, VV_IGNORED) < 0) {
		return NULL;
	}
	*off = strcmp(kind, "unset") == 0 || strcmp(kind, "false") == 0;
	return *off || strcmp(kind, "set") == 0 ? NULL : vv_take(&kind);
}

static const char *kind_of(const char *head, size_t len, const char *name)
{
	const vv_unseen *u = vv_unseen_find(head, len);

	return u ? vv_unseen_kind(u, name) : NULL;
}

bool vv_document_may_be(vv_repository *repo, const vv_env *env, const char *head, size_t len,
			const char *name)
{
	bool off;
	vv_auto(char) *kind = reader_attribute(&off, repo, name), *command = NULL;

	if (off || kind) return !off;
	return kind_of(head, len, name) ||
	       (command = configured_command(repo, env, name, NULL)) != NULL;
}

bool vv_document_is_name(vv_repository *repo, const vv_env *env, const char *name)
{
	static const char *const known[] = {"parquet", "feather", "arrow", "arrows",
					    "sqlite",  "sqlite3", "db",    "gpkg",
					    "dta",     "sav",     "por"};
	const char *ext = vv_path_ext(name);
	bool off;
	vv_auto(char) *kind = reader_attribute(&off, repo, name), *command = NULL;

	if (off || kind) return !off;
	return vv_array_find(known, sizeof(known) / sizeof(known[0]), it,
			     vv_ascii_equal(ext, *it)) ||
	       vv_sniff_is_workbook(name) ||
	       (command = configured_command(repo, env, name, NULL)) != NULL;
}

vv_status vv_reader_find(char **command, char **kind, bool *own, vv_repository *repo,
			 const vv_env *env, const char *name, const char *head, size_t len,
			 vv_error *err)
{
	bool off;
	vv_auto(char) *said = reader_attribute(&off, repo, name);
	const char *is = said ? said : kind_of(head, len, name);

	*kind = NULL;
	*own = false;
	if (off) {
		*command = NULL;
	} else if (said) {
		*command = kind_setting(repo, env, said);
	} else {
		*command = configured_command(repo, env, name, is);
	}
	if (!*command && !off && is_own(is)) {
		*own = true;
		if (!(*command = own_command(env))) return vv_fail_nomem(err);
	}
	return vv_hand_over(kind, &said);
}

/* --- all of them --------------------------------------------------------------- */

typedef struct kinds {
	vv_repository *repo;
	const vv_env *env;
	vv_reader_kind_fn fn;
	void *payload;
} kinds;

/* A kind of the user's settings: does its program exist? */
static vv_status tell_configured(kinds *k, const char *kind, const char *command, vv_error *err)
{
	vv_auto(char) *program = vv_strndup(command, strcspn(command, " \t")), *file = NULL;
	vv_reader_kind found = {.kind = kind, .command = command};

	if (!program) return vv_fail_nomem(err);
	found.found = strpbrk(program, "'\"") ||
		      (vv_program_find(&file, k->env, program, VV_IGNORED) == VV_OK &&
		       access(file, X_OK) == 0);
	found.missing = found.found ? NULL : program;
	return k->fn(k->payload, &found, err);
}

/* varve.reader.h5.command, of a kind that is none of varve's own. */
static vv_status on_setting(void *payload, const char *name, const char *value VV_UNUSED,
			    const char *level, vv_error *err)
{
	kinds *k = payload;
	const char *kind = name + strlen("varve.reader."), *dot = strrchr(kind, '.');
	vv_auto(char) *copy = dot ? vv_strndup(kind, (size_t)(dot - kind)) : NULL, *command = NULL;

	if (!copy || strcmp(dot, ".command") != 0 || is_own(copy) ||
	    (strcmp(level, "global") != 0 && strcmp(level, "system") != 0) ||
	    !(command = kind_setting(k->repo, k->env, copy))) {
		return VV_OK;
	}
	return tell_configured(k, copy, command, err);
}

/* A line for each kind: {"kind": "statistics", "missing": "pyreadstat"}. */
static void ask_own(vv_buf *out, const vv_env *env)
{
	const char *const argv[] = {vv_helper_python(env), "-m", "varve_data.reader", "kinds",
				    NULL};
	vv_auto(vv_buf) errors = VV_BUF_INIT;
	const vv_run run = {.argv = argv,
			    .env = env,
			    .dir = "/",
			    .output = out,
			    .errors = &errors,
			    .memory = MEMORY,
			    .cpu_seconds = SECONDS};
	int code = 1;

	if (vv_run_program(&run, &code, VV_IGNORED) < 0 || code != 0) {
		vv_buf_clear(out);
	}
}

/* Finds a kind in the answer. False: missing. */
static bool find_line(const char **missing, vv_arena *arena, const vv_buf *answer, const char *kind)
{
	for (const char *p = vv_buf_cstr(answer), *stop = p + answer->len; p < stop;) {
		const char *lf = memchr(p, '\n', (size_t)(stop - p));
		const size_t len = lf ? (size_t)(lf - p) : (size_t)(stop - p);
		vv_json *v;

		if (vv_json_read(&v, arena, p, len, "the reader's kinds", VV_IGNORED) == VV_OK) {
			const char *is = vv_json_get_string(v, "kind");

			*missing = vv_json_get_string(v, "missing");
			if (is && strcmp(is, kind) == 0) return true;
		}
		p += len + 1;
	}
	return false;
}

vv_status vv_reader_kinds(vv_repository *repo, const vv_env *env, vv_reader_kind_fn fn,
			  void *payload, vv_error *err)
{
	kinds k = {repo, env, fn, payload};
	vv_auto(vv_buf) answer = VV_BUF_INIT;
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(char) *reader = own_command(env);
	vv_status rc = reader ? VV_OK : vv_fail_nomem(err);

	ask_own(&answer, env);
	for (size_t i = 0; i < OWN_KINDS && rc == VV_OK; i++) {
		vv_auto(char) *command = kind_setting(repo, env, own_kinds[i]);
		vv_reader_kind kind = {.kind = own_kinds[i], .command = reader, .own = true};

		if (command) {
			rc = tell_configured(&k, own_kinds[i], command, err);
			continue;
		}
		const bool told = find_line(&kind.missing, &arena, &answer, own_kinds[i]);

		kind.found = told && !kind.missing;
		rc = fn(payload, &kind, err);
	}
	return rc < 0 || !repo ? rc : vv_config_each(repo, "varve.reader.", on_setting, &k, err);
}
