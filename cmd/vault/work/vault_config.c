/*
 * vault_config: knows the settings' names.
 */
#include "cmd/vault/work/vault_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/config.h"
#include "repo/git/run_git.h"
#include "transport/line/url.h"

#define FILE_NAME ".varveconfig"
#define FILE_SIZE_MAX (1u << 24)

static char *policy_path(const vv_repository *r)
{
	return vv_repository_is_bare(r)
		       ? vv_path_join(vv_repository_varvedir(r), FILE_NAME, (char *)NULL)
		       : vv_path_join(vv_repository_workdir(r), FILE_NAME, (char *)NULL);
}

/* --- the policy ------------------------------------------------------------------------------ */

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
		err->code = VV_EINPUT;
		vv_prefix(err, FILE_NAME ": vault.code");
		return VV_EINPUT;
	}
	return VV_OK;
}

/* "vault.id\nVALUE". */
static vv_status take(vv_vault_policy *p, const char *line, vv_error *err)
{
	const char *value = strchr(line, '\n');
	size_t n = value ? (size_t)(value - line) : strlen(line);

	value = value ? value + 1 : "";
	if (n == 8 && memcmp(line, "vault.id", n) == 0) {
		if (vv_cid_parse(&p->vault, value, strlen(value), err) < 0) {
			return vv_fail(err, VV_EINPUT, FILE_NAME ": vault.id is not a CID: '%s'",
				       vv_text_shows(value));
		}
		return VV_OK;
	}
	if (n == 12 && memcmp(line, "vault.copies", n) == 0) {
		return take_number(&p->copies, "copies", value, err);
	}
	if (n == 10 && memcmp(line, "vault.code", n) == 0) {
		return take_code(&p->code, value, err);
	}
	return n == 9 && memcmp(line, "vault.min", n) == 0 ? take_number(&p->min, "min", value, err)
							   : VV_OK;
}

vv_status vv_vault_policy_read(vv_vault_policy *out, vv_repository *r, vv_error *err)
{
	char *path = policy_path(r);
	const char *args[] = {"config", "--no-includes", "-z",        "--file",
			      path,     "--get-regexp",  "^vault\\.", NULL};
	vv_buf text = VV_BUF_INIT, said = VV_BUF_INIT;
	vv_git_call run = {.args = args, .repo = r, .output = &text};
	int code = 0;
	vv_status rc = VV_OK;

	memset(out, 0, sizeof(*out));
	if (!path) {
		return vv_fail_nomem(err);
	}
	if (!vv_exists(path)) {
		goto done;
	}
	rc = vv_git_run(&run, &said, &code, err);
	if (rc == VV_OK && code != 0 && (code != 1 || said.len > 0)) {
		rc = vv_git_explain(FILE_NAME " cannot be read", &said, code, err);
	}
	for (size_t i = 0; rc == VV_OK && code == 0 && i < text.len;) {
		size_t len = strlen(text.data + i);
		rc = take(out, text.data + i, err);
		i += len + 1;
	}
	if (rc == VV_OK && out->code.data > 0) {
		rc = out->copies > 0 ? vv_fail(err, VV_EINPUT,
					       FILE_NAME ": there are vault.code and vault.copies, "
							 "and only one can hold")
				     : VV_OK;
		out->copies = out->code.parity + 1;
	}
done:
	vv_buf_clear(&text);
	vv_buf_clear(&said);
	vv_free(path);
	return rc;
}

/* value NULL: takes it away, where it is. */
static vv_status set(vv_repository *r, const char *path, const char *key, const char *value,
		     vv_error *err)
{
	const char *set_args[] = {"config", "--file", path, key, value, NULL};
	const char *unset_args[] = {"config", "--file", path, "--unset-all", key, NULL};
	vv_git_call run = {.args = value ? set_args : unset_args, .repo = r};
	vv_buf said = VV_BUF_INIT;
	int code;
	vv_status rc = vv_git_run(&run, &said, &code, err);

	/* 5: there was nothing to take away. */
	if (rc == VV_OK && code != 0 && (value || code != 5)) {
		rc = vv_git_explain("cannot write " FILE_NAME, &said, code, err);
	}
	vv_buf_clear(&said);
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
	if (rc == VV_OK && p->min > 0) {
		rc = set(r, path, "vault.min", min, err);
	}
	return rc;
}

/* In a copy of the file, which takes its place when all of it is durable: half a policy is none. The vault's lock is
 * held, so that a lock of the copy is a dead process's. */
vv_status vv_vault_policy_write(const vv_vault_policy *p, vv_repository *r, vv_error *err)
{
	char *path = policy_path(r);
	char *copy = vv_path_join(vv_repository_varvedir(r), "vault", "policy.tmp", (char *)NULL);
	char *lock = vv_path_join(vv_repository_varvedir(r), "vault", "policy.tmp.lock",
				  (char *)NULL);
	vv_buf bytes = VV_BUF_INIT;
	vv_status rc = path && copy && lock ? VV_OK : vv_fail_nomem(err);

	if (rc < 0 || (rc = vv_mkdirs_above(copy, err)) < 0 ||
	    (rc = vv_unlink(lock, true, err)) < 0 || (rc = vv_unlink(copy, true, err)) < 0 ||
	    (vv_exists(path) && (rc = vv_read_file(&bytes, path, FILE_SIZE_MAX, err)) < 0) ||
	    (rc = vv_write_file(copy, vv_buf_cstr(&bytes), bytes.len, false, err)) < 0 ||
	    (rc = set_all(p, r, copy, err)) < 0) {
		goto done;
	}
	vv_buf_reset(&bytes);
	if ((rc = vv_read_file(&bytes, copy, FILE_SIZE_MAX, err)) == VV_OK &&
	    (rc = vv_write_file(path, vv_buf_cstr(&bytes), bytes.len, true, err)) == VV_OK) {
		rc = vv_unlink(copy, true, err);
	}
done:
	vv_buf_clear(&bytes);
	vv_free(path);
	vv_free(copy);
	vv_free(lock);
	return rc;
}

/* --- holders --------------------------------------------------------------------------------- */

void vv_holder_configs_clear(vv_holder_configs *c)
{
	for (size_t i = 0; i < c->count; i++) {
		vv_free(c->items[i].name);
		vv_free(c->items[i].url);
		vv_free(c->items[i].domain);
		vv_free(c->items[i].key);
	}
	vv_free(c->items);
	memset(c, 0, sizeof(*c));
}

const vv_holder_config *vv_holder_config_find(const vv_holder_configs *c, const char *name)
{
	for (size_t i = 0; i < c->count; i++) {
		if (strcmp(c->items[i].name, name) == 0) {
			return &c->items[i];
		}
	}
	return NULL;
}

vv_status vv_holder_fail_unknown(const char *name, vv_status code, vv_error *err)
{
	vv_fail(err, code, "there is no holder '%s'", vv_text_shows(name));
	return vv_hint(err, "'varve vault holder list' shows them");
}

static vv_status entry_of(vv_holder_configs *c, const char *name, size_t len,
			  vv_holder_config **out, vv_error *err)
{
	for (size_t i = 0; i < c->count; i++) {
		if (strlen(c->items[i].name) == len && memcmp(c->items[i].name, name, len) == 0) {
			*out = &c->items[i];
			return VV_OK;
		}
	}
	if (!vv_array_room(c->items, c->count, c->cap)) {
		return vv_fail_nomem(err);
	}
	*out = &c->items[c->count];
	memset(*out, 0, sizeof(**out));
	if (!((*out)->name = vv_strndup(name, len))) {
		return vv_fail_nomem(err);
	}
	c->count++;
	return VV_OK;
}

/* "holder.NAME.url". */
static vv_status on_entry(void *payload, const char *key, const char *value, const char *level,
			  vv_error *err)
{
	const char *name = key + 7, *last = strrchr(key, '.');
	vv_holder_config *h = NULL;
	char **text;
	vv_status rc;

	(void)level;
	if (strncmp(key, "holder.", 7) != 0 || !last || last <= name) {
		return VV_OK;
	}
	if ((rc = entry_of(payload, name, (size_t)(last - name), &h, err)) < 0) {
		return rc;
	}
	text = strcmp(last, ".url") == 0      ? &h->url
	       : strcmp(last, ".domain") == 0 ? &h->domain
	       : strcmp(last, ".key") == 0    ? &h->key
					      : NULL;
	if (text) {
		vv_free(*text);
		*text = vv_strdup(value);
		return *text ? VV_OK : vv_fail_nomem(err);
	}
	if (strcmp(last, ".quota") == 0 && !vv_parse_u64(&h->quota, value, strlen(value))) {
		return vv_fail(err, VV_EINPUT, "the setting %s is not a number of bytes: '%s'", key,
			       vv_text_shows(value));
	}
	if (strcmp(last, ".dead") == 0) {
		h->dead = strcmp(value, "true") == 0;
	}
	return VV_OK;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const vv_holder_config *)a)->name, ((const vv_holder_config *)b)->name);
}

static bool has_password(const char *url)
{
	vv_url u;
	vv_error ignored;
	bool has = vv_url_read(&u, url, &ignored) == VV_OK;

	if (has) {
		has = u.secret != NULL;
		vv_url_clear(&u);
	}
	return has;
}

vv_status vv_holder_configs_read(vv_holder_configs *out, vv_repository *r, vv_error *err)
{
	vv_status rc;

	memset(out, 0, sizeof(*out));
	rc = vv_config_each(r, "holder.", on_entry, out, err);
	for (size_t i = 0; rc == VV_OK && i < out->count; i++) {
		if (!out->items[i].url) {
			rc = vv_fail(err, VV_EINPUT, "the holder '%s' has no URL in the settings",
				     vv_text_shows(out->items[i].name));
		} else if (has_password(out->items[i].url)) {
			(void)vv_fail(
				err, VV_EINPUT,
				"the URL of the holder '%s' has a password in it, which all readers of the "
				"vault would learn",
				vv_text_shows(out->items[i].name));
			rc = vv_hint(
				err,
				"git config holder.%s.url URL without it; Git's credential helpers keep "
				"passwords",
				vv_text_shows(out->items[i].name));
		}
	}
	if (rc < 0) {
		vv_holder_configs_clear(out);
	} else if (out->count > 0) {
		qsort(out->items, out->count, sizeof(*out->items), compare_names);
	}
	return rc;
}

vv_status vv_holder_name_check(const char *name, vv_error *err)
{
	size_t n = strlen(name);
	bool fine = n > 0 && n <= 64 && name[0] != '-';

	for (size_t i = 0; fine && i < n; i++) {
		fine = vv_is_alnum(name[i]) || name[i] == '-' || name[i] == '_';
	}
	return fine ? VV_OK
		    : vv_fail(err, VV_EUSAGE,
			      "'%s' is not a name for a holder: letters, digits, - and _",
			      vv_text_shows(name));
}

vv_status vv_holder_config_write(const vv_holder_config *h, vv_repository *r, vv_error *err)
{
	char keys[5][128], quota[24];
	static const char *const members[] = {"url", "domain", "quota", "dead", "key"};
	vv_config_edit edits[5];
	const char *values[5];
	size_t count = 0;

	(void)snprintf(quota, sizeof(quota), "%llu", (unsigned long long)h->quota);
	values[0] = h->url;
	values[1] = h->url ? h->domain : NULL;
	values[2] = h->url && h->quota > 0 ? quota : NULL;
	values[3] = h->url && h->dead ? "true" : NULL;
	values[4] = h->url ? h->key : NULL;
	for (size_t i = 0; i < 5; i++) {
		(void)snprintf(keys[i], sizeof(keys[i]), "holder.%s.%s", h->name, members[i]);
		edits[count++] = (vv_config_edit){.key = keys[i], .value = values[i]};
	}
	return vv_config_change(r, edits, count, err);
}
