/*
 * doctor: the list, and what does not depend on the tables: programs, settings, hook, locks, disk.
 */
#include "lib/status/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint_text.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/remotes/blocks_config.h"
#include "lib/remotes/lent.h"
#include "lib/remotes/lfs_hook.h"
#include "lib/remotes/push_hook.h"
#include "lib/remotes/vault_config.h"
#include "lib/space/room.h"
#include "lib/status/settings.h"
#include "lib/sync/vault_peer.h"
#include "repo/git/drivers.h"
#include "repo/git/history/trust.h"
#include "repo/git/program.h"
#include "repo/git/verb/hook.h"

/* git reads settings from its environment since 2.31 and stages path lists since 2.26; 2.34 is the oldest in supported
 * systems. */
enum { GIT_MAJOR = 2, GIT_MINOR = 34 };
#define ROOM_MIN (64u << 20)

const char *vv_doctor_hint(vv_doctor *d, vv_hint_id hint, const char *of)
{
	vv_buf_reset(&d->mend);
	(void)vv_hint_put(&d->mend, "", d->words, hint, of);
	return vv_buf_cstr(&d->mend);
}

const char *vv_doctor_mend(vv_doctor *d, const char *fmt, ...)
{
	va_list ap;

	vv_buf_reset(&d->mend);
	va_start(ap, fmt);
	vv_buf_vprintf(&d->mend, fmt, ap);
	va_end(ap);
	return vv_buf_cstr(&d->mend);
}

vv_status vv_doctor_say(vv_doctor *d, const char *what, bool wrong, const char *mend, vv_error *err,
			const char *fmt, ...)
{
	const bool has_mend = mend && *mend;
	vv_buf message = VV_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	vv_buf_vprintf(&message, fmt, ap);
	va_end(ap);
	const vv_doctor_finding f = {.what = what,
				     .wrong = wrong,
				     .message = vv_buf_detach(&message),
				     .mend = has_mend ? vv_strdup(mend) : NULL};
	if (!f.message || (has_mend && !f.mend) || d->mend.failed ||
	    !vv_array_add(d->findings, d->count, d->cap, f)) {
		vv_free_all(f.message, f.mend);
		return vv_fail_nomem(err);
	}
	d->wrong += wrong;
	return VV_OK;
}

void vv_doctor_clear(vv_doctor *d)
{
	vv_array_clear(d->findings, d->count, it, vv_free_all(it->message, it->mend));
	vv_buf_clear(&d->mend);
	memset(d, 0, sizeof(*d));
}

/* --- programs ------------------------------------------------------------------------------ */

/* A program's version after lead in its output; "" if it is missing, or different. */
static vv_status version_of(char *out, size_t cap, const vv_env *env, const char *const *argv,
			    const char *lead, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT, errors = VV_BUF_INIT;
	vv_run run = {.argv = argv, .env = env, .output = &text, .errors = &errors};
	int code = 0;
	vv_status rc = vv_run_program(&run, &code, VV_IGNORED);

	*out = '\0';
	if (rc == VV_OK && code == 0 && strncmp(vv_buf_cstr(&text), lead, strlen(lead)) == 0) {
		const char *version = text.data + strlen(lead);

		(void)snprintf(out, cap, "%.*s", (int)strcspn(version, "\n"), version);
	}
	return rc == VV_ENOMEM ? vv_fail_nomem(err) : VV_OK;
}

static vv_status look_for_git(vv_doctor *d, const vv_env *env, vv_error *err)
{
	static const char *const argv[] = {"git", "--version", NULL};
	char *end;
	vv_status rc = version_of(d->git, sizeof(d->git), env, argv, "git version ", err);

	if (rc < 0) return rc;
	if (!d->git[0]) {
		return vv_doctor_say(d, "git", true, "install git, or put it on the PATH", err,
				     "git was not found or does not run");
	}
	unsigned major = (unsigned)strtoul(d->git, &end, 10);
	unsigned minor = *end == '.' ? (unsigned)strtoul(end + 1, NULL, 10) : 0;
	if (major < GIT_MAJOR || (major == GIT_MAJOR && minor < GIT_MINOR)) {
		return vv_doctor_say(d, "git", true, "install a newer git", err,
				     "git %s is too old: varve needs %d.%d", vv_text_shows(d->git),
				     GIT_MAJOR, GIT_MINOR);
	}
	return VV_OK;
}

vv_status vv_doctor_machine(vv_doctor *d, const vv_env *env, vv_error *err)
{
	static const char *const argv[] = {"varve", "version", NULL};
	vv_auto(char) *file = NULL;
	char version[64];
	vv_status rc = look_for_git(d, env, err);

	if (rc < 0) return rc;
	rc = vv_program_find(&file, env, argv[0], VV_IGNORED);
	if (rc == VV_EPROGRAM) {
		return vv_doctor_say(
			d, "path", true,
			"install varve to a folder of the PATH ('echo $PATH' shows them)", err,
			"git calls 'varve', and no folder of the PATH has it");
	}
	if (rc < 0) return vv_fail_nomem(err);
	rc = version_of(version, sizeof(version), env, argv, "varve ", err);
	return rc < 0 || version[0]
		       ? rc
		       : vv_doctor_say(d, "path", true,
				       "put varve's folder before that one on the PATH", err,
				       "git calls 'varve', which is another program: %s",
				       vv_text_shows(file));
}

/* --- settings ------------------------------------------------------------------------------ */

/* Is the value what varve writes, whatever it calls the program? */
static bool is_right(size_t i, const char *value)
{
	vv_auto(vv_buf) wanted = VV_BUF_INIT;
	size_t have = strlen(value);

	vv_driver_value(&wanted, i, "varve");
	const char *tail = vv_buf_cstr(&wanted);
	if (strncmp(tail, "varve ", 6) == 0) {
		tail += 5; /* the program's name may be a path */
	}
	size_t len = strlen(tail);
	return have >= len && strcmp(value + have - len, tail) == 0;
}

vv_status vv_doctor_settings(vv_doctor *d, vv_repository *r, bool needed, vv_error *err)
{
	const char *missing = NULL, *other = NULL;
	vv_auto(vv_buf) value_shown = VV_BUF_INIT;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < vv_drivers_count && rc == VV_OK; i++) {
		const char *key = vv_driver_key(i);
		vv_auto(char) *value = NULL;

		rc = vv_config_string(r, key, &value, err);
		if (rc == VV_ENOTFOUND) {
			missing = missing ? missing : key;
			rc = VV_OK;
		} else if (rc == VV_OK && !other && !is_right(i, value)) {
			other = key;
			vv_buf_puts(&value_shown, vv_text_shows(value));
		}
	}
	if (rc == VV_OK && missing) {
		rc = vv_doctor_say(
			d, "settings", needed, vv_doctor_hint(d, VV_HINT_INIT_AGAIN, NULL), err,
			needed ? "git cannot handle tables: the setting %s is missing"
			       : "git cannot handle tables yet, and none is tracked: the setting %s is "
				 "missing",
			missing);
	}
	return rc < 0 || !other ? rc
				: vv_doctor_say(d, "settings", true,
						vv_doctor_hint(d, VV_HINT_INIT_AGAIN, NULL), err,
						"%s is '%s', which does not call varve", other,
						vv_buf_cstr(&value_shown));
}

/* --- hook ---------------------------------------------------------------------------------- */

static vv_status say_hook(vv_doctor *d, const vv_hook_found *h, vv_error *err)
{
	vv_auto(vv_buf) message = VV_BUF_INIT, mend = VV_BUF_INIT;

	vv_push_hook_describe(h, d->words, &message, &mend);
	return message.failed || mend.failed ? vv_fail_nomem(err)
					     : vv_doctor_say(d, "hook", true, vv_buf_cstr(&mend),
							     err, "%s", vv_buf_cstr(&message));
}

/* A repository of Git LFS whose pushes leave its files here. varve's hook runs Git LFS's. */
static vv_status look_at_lfs(vv_doctor *d, vv_repository *r, const vv_hook_found *h, vv_error *err)
{
	vv_auto(vv_hook_found) lfs = {0};
	vv_status rc;

	if (!vv_lfs_stores_here(r)) return VV_OK;
	if (vv_push_hook_is_late(h)) {
		return vv_doctor_say(d, "hook", true,
				     vv_doctor_mend(d, "remove the line with '" VV_LFS_HOOK_MARK
						       "' from the hook: "
						       "varve's line runs it, too"),
				     err,
				     "in %s, '" VV_LFS_HOOK_MARK
				     "' reads the pushed refs, and varve gets none: "
				     "'git push' sends commits without the rows of their tables",
				     vv_text_shows(h->own ? h->own : h->path));
	}
	if (h->calls && h->runs) return VV_OK;
	rc = vv_hook_find(&lfs, r, "pre-push", "", VV_LFS_HOOK_MARK, err);
	if (rc < 0 || (lfs.calls && lfs.runs)) return rc;
	return vv_doctor_say(d, "lfs", true, "git lfs update --manual", err,
			     "the hook %s does not run Git LFS's: 'git push' sends commits without "
			     "the files that Git LFS stores",
			     vv_text_shows(h->path));
}

static vv_status look_at_hook(vv_doctor *d, vv_repository *r, vv_error *err)
{
	vv_auto(vv_hook_found) hook = {0};
	bool wanted = true;
	vv_status rc;

	if ((rc = vv_config_bool(r, "varve.prepush", true, &wanted, err)) < 0 ||
	    (rc = vv_push_hook_find(&hook, r, err)) < 0) {
		return rc;
	}
	if (!wanted) {
		rc = vv_doctor_say(d, "hook", false, "git config --unset varve.prePush", err,
				   "'git push' sends no rows of tables: varve.prePush is false");
	} else if (!hook.calls || !hook.runs) {
		rc = say_hook(d, &hook, err);
	}
	return rc < 0 ? rc : look_at_lfs(d, r, &hook, err);
}

/* --- locks and disk ------------------------------------------------------------------------- */

/* Locks of dead varves were removed when the repository was opened; a running one's is a symbolic
 * link. */
static vv_status look_for_locks(vv_doctor *d, vv_repository *r, vv_error *err)
{
	static const char *const names[] = {"index.lock", "HEAD.lock", "config.lock",
					    "packed-refs.lock", "shallow.lock"};
	vv_status rc;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *dir = i < 2 ? vv_repository_gitdir(r) : vv_repository_commondir(r);
		vv_auto(char) *file = vv_path_join(dir, names[i], (char *)NULL);
		vv_stat st;

		if (!file) return vv_fail_nomem(err);
		if (vv_lstat(&st, file, NULL) == VV_OK && S_ISREG(st.mode)) {
			rc = vv_doctor_say(d, "lock", true,
					   vv_doctor_mend(d, "rm %s (when no git is running here)",
							  vv_text_word(file)),
					   err, "the lock %s exists: git is running, or was killed",
					   vv_text_shows(file));
			if (rc < 0) return rc;
		}
	}
	return VV_OK;
}

static vv_status look_at_disk(vv_doctor *d, vv_repository *r, vv_error *err)
{
	const char *dir = vv_exists(vv_repository_varvedir(r)) ? vv_repository_varvedir(r)
							       : vv_repository_commondir(r);
	struct statvfs st;

	if (access(dir, W_OK) < 0) {
		return vv_doctor_say(d, "disk", true, "make it writable", err,
				     "%s cannot be written to", vv_text_shows(dir));
	}
	if (statvfs(dir, &st) == 0 && st.f_blocks > 0 &&
	    (uint64_t)st.f_bavail * st.f_frsize < ROOM_MIN) {
		return vv_doctor_say(d, "disk", true, vv_doctor_hint(d, VV_HINT_GC_ROOM, NULL), err,
				     "the disk of %s has only %s left", vv_text_shows(dir),
				     vv_text_bytes((uint64_t)st.f_bavail * st.f_frsize));
	}
	return VV_OK;
}

/* An unknown name, or an invalid value: the setting has no effect. A newer varve may support the
 * name. */
static vv_status on_setting(void *payload, const char *name, const char *value, const char *level,
			    vv_error *err)
{
	vv_error why;

	if (!vv_setting_is_ours(name)) return VV_OK;
	if (vv_setting_must_exist(name, &why) < 0) {
		vv_hint_word(&why, ((vv_doctor *)payload)->words);
		return vv_doctor_say(payload, "settings", false, why.hint, err,
				     "%s (%s configuration)", why.message, level);
	}
	if (vv_setting_check(name, value ? value : "true", &why) < 0) {
		return vv_doctor_say(payload, "settings", true, NULL, err, "%s (%s configuration)",
				     why.message, level);
	}
	return VV_OK;
}

static vv_status on_unknown(void *payload, const char *what, vv_error *err)
{
	return vv_doctor_say(payload, "settings", false, NULL, err, "%s", what);
}

/* Is what reads the vault here? How safe it is, is for `varve vault status`. */
static vv_status look_at_vault(vv_doctor *d, vv_repository *r, vv_error *err)
{
	vv_auto(vv_holder_configs) holders = {0};
	vv_error why;
	vv_cid vault;

	if (vv_vault_id_read(&vault, r, &why) < 0) {
		return vv_doctor_say(d, "vault", true, NULL, err, "%s", why.message);
	}
	if (vv_cid_is_null(&vault)) return VV_OK;
	if (vv_holder_configs_read(&holders, r, &why) < 0) {
		vv_hint_word(&why, d->words);
		return vv_doctor_say(d, "vault", true, why.hint, err, "%s", why.message);
	}
	if (vv_vault_installed(vv_repository_env(r), &why) == VV_OK) return VV_OK;
	vv_hint_word(&why, d->words);
	return vv_doctor_say(d, "vault", holders.count > 0, why.hint, err, "%s", why.message);
}

static vv_status look_at_room(vv_doctor *d, vv_repository *r, vv_error *err)
{
	vv_room_sum sum;
	const vv_status rc = vv_room_look(&sum, r, err);

	if (rc < 0 || sum.room == 0) return rc;
	return vv_doctor_say(d, "serve", sum.used > sum.room, "", err,
			     "the rows here use %s of %s (varve.room)", vv_text_bytes(sum.used),
			     vv_text_bytes(sum.room));
}

/* Does this machine lend the repository to others? */
static vv_status look_at_lending(vv_doctor *d, vv_repository *r, vv_error *err)
{
	vv_auto(char) *where = NULL;
	vv_trust trust;
	vv_status rc = look_at_room(d, r, err);

	if (rc < 0) return rc;
	if ((rc = vv_lent_where(&where, r, err)) < 0) return vv_missing_ok(rc, err);
	if ((rc = vv_trust_read(&trust, r, err)) < 0) return rc;
	return vv_doctor_say(d, "serve", false, "", err,
			     "%s lent to others at %s (varve.serveWhatIHave)",
			     trust.count > 0 ? "signed heads and the versions in them are"
					     : "this repository is",
			     vv_text_url(where));
}

vv_status vv_doctor_repository(vv_doctor *d, vv_repository *r, vv_error *err)
{
	vv_status rc = vv_config_each(r, "", on_setting, d, err);

	rc = rc < 0 ? rc : vv_blocks_config_unknown(r, on_unknown, d, err);
	if (rc == VV_OK && !vv_repository_is_bare(r) && d->tables > 0) {
		rc = look_at_hook(d, r, err);
	}
	if (rc == VV_OK && (rc = look_for_locks(d, r, err)) == VV_OK) {
		rc = look_at_disk(d, r, err);
	}
	rc = rc < 0 ? rc : look_at_lending(d, r, err);
	return rc < 0 ? rc : look_at_vault(d, r, err);
}
