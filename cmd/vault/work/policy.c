/*
 * policy: which of its settings go together.
 */
#include "cmd/vault/work/policy.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/run_git.h"

#define FILE_NAME VV_VAULT_SETTINGS
#define FILE_SIZE_MAX (1u << 24)

static vv_status take_number(unsigned *out, const char *name, const char *value, vv_error *err)
{
	uint64_t n;

	if (!vv_parse_u64(&n, value, strlen(value)) || n == 0 || n > VV_COPIES_MAX) {
		return vv_fail(err, VV_EINPUT,
			       FILE_NAME ": vault.%s is not a number from 1 to %u: '%s'", name,
			       VV_COPIES_MAX, vv_text_shows(value));
	}
	*out = (unsigned)n;
	return VV_OK;
}

vv_status vv_vault_code_read(vv_code *out, const char *text, vv_error *err)
{
	return vv_code_parse(out, text)
		       ? VV_OK
		       : vv_fail(err, VV_EUSAGE,
				 "a code is K+M, as 4+2: at least 2+1, and not more than %u together; "
				 "not '%s'",
				 VV_STRIPE_MAX, vv_text_shows(text));
}

static vv_status take_code(vv_code *out, const char *value, vv_error *err)
{
	if (vv_vault_code_read(out, value, err) < 0) {
		vv_prefix(err, FILE_NAME ": vault.code");
		return vv_recode(err, VV_EINPUT);
	}
	return VV_OK;
}

static vv_status take(void *payload, const char *name, const char *value, vv_error *err)
{
	vv_vault_policy *p = payload;

	return strcmp(name, "id") == 0       ? vv_vault_id_parse(&p->vault, value, err)
	       : strcmp(name, "copies") == 0 ? take_number(&p->copies, "copies", value, err)
	       : strcmp(name, "code") == 0   ? take_code(&p->code, value, err)
	       : strcmp(name, "min") == 0    ? take_number(&p->min, "min", value, err)
					     : VV_OK;
}

vv_status vv_vault_policy_read(vv_vault_policy *out, vv_repository *r, vv_error *err)
{
	memset(out, 0, sizeof(*out));
	vv_status rc = vv_vault_settings_each(r, take, out, err);
	if (rc == VV_OK && out->code.data > 0) {
		rc = out->copies > 0 ? vv_fail(err, VV_EINPUT,
					       FILE_NAME ": there are vault.code and vault.copies, "
							 "and only one can hold")
				     : VV_OK;
		out->copies = out->code.parity + 1;
	}
	return rc;
}

/* value NULL: takes it away, where it is. */
static vv_status set(vv_repository *r, const char *path, const char *key, const char *value,
		     vv_error *err)
{
	const char *set_args[] = {"config", "--file", path, key, value, NULL};
	const char *unset_args[] = {"config", "--file", path, "--unset-all", key, NULL};
	vv_git_call run = {.args = value ? set_args : unset_args, .repo = r};
	vv_auto(vv_buf) said = VV_BUF_INIT;
	int code;
	vv_status rc = vv_git_run(&run, &said, &code, err);

	/* 5: there was nothing to take away. */
	if (rc == VV_OK && code != 0 && (value || code != 5)) {
		rc = vv_git_explain("cannot write " FILE_NAME, &said, code, err);
	}
	return rc;
}

static vv_status set_all(const vv_vault_policy *p, vv_repository *r, const char *path,
			 vv_error *err)
{
	char cid[VV_CID_TEXT + 1], copies[16], min[16], code[24];
	const bool striped = p->code.data > 0;
	vv_status rc;

	vv_cid_text(cid, &p->vault);
	(void)snprintf(copies, sizeof(copies), "%u", p->copies);
	(void)snprintf(min, sizeof(min), "%u", p->min);
	(void)snprintf(code, sizeof(code), "%u+%u", p->code.data, p->code.parity);
	if ((rc = set(r, path, "vault.id", cid, err)) == VV_OK &&
	    (rc = set(r, path, striped ? "vault.copies" : "vault.code", NULL, err)) == VV_OK &&
	    (striped || p->copies > 0)) {
		rc = set(r, path, striped ? "vault.code" : "vault.copies", striped ? code : copies,
			 err);
	}
	return rc == VV_OK && p->min > 0 ? set(r, path, "vault.min", min, err) : rc;
}

/* In a copy of the file, which takes its place when all of it is durable: half a policy is none. The vault's lock is
 * held, so that a lock of the copy is a dead process's. */
vv_status vv_vault_policy_write(const vv_vault_policy *p, vv_repository *r, vv_error *err)
{
	vv_auto(char) *path = vv_vault_settings_path(r);
	vv_auto(char) *copy = vv_path_join(vv_repository_varvedir(r), "vault", "policy.tmp",
					   (char *)NULL);
	vv_auto(char) *lock = vv_path_join(vv_repository_varvedir(r), "vault", "policy.tmp.lock",
					   (char *)NULL);
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_status rc = path && copy && lock ? VV_OK : vv_fail_nomem(err);

	if (rc < 0 || (rc = vv_mkdirs_above(copy, err)) < 0 ||
	    (rc = vv_unlink(lock, true, err)) < 0 || (rc = vv_unlink(copy, true, err)) < 0 ||
	    (vv_exists(path) && (rc = vv_read_file(&bytes, path, FILE_SIZE_MAX, err)) < 0) ||
	    (rc = vv_write_file(copy, vv_buf_cstr(&bytes), bytes.len, false, err)) < 0 ||
	    (rc = set_all(p, r, copy, err)) < 0) {
		return rc;
	}
	vv_buf_reset(&bytes);
	if ((rc = vv_read_file(&bytes, copy, FILE_SIZE_MAX, err)) == VV_OK &&
	    (rc = vv_write_file(path, vv_buf_cstr(&bytes), bytes.len, true, err)) == VV_OK) {
		rc = vv_unlink(copy, true, err);
	}
	return rc;
}
