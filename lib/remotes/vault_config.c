/*
 * vault_config: the settings' names.
 */
#include "lib/remotes/vault_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/remotes/blocks_config.h"
#include "repo/git/config.h"
#include "transport/line/url.h"

/* --- the vault ------------------------------------------------------------------------------- */

vv_status vv_vault_id_parse(vv_cid *out, const char *value, vv_error *err)
{
	if (!value || vv_cid_parse(out, value, strlen(value), err) < 0) {
		return vv_fail(err, VV_EINPUT, VV_BLOCKS_CONFIG ": vault.id is not a CID: '%s'",
			       vv_text_shows(value ? value : ""));
	}
	return VV_OK;
}

static vv_status take_id(void *payload, const char *name, const char *value,
			 const char *level VV_UNUSED, vv_error *err)
{
	return strcmp(name, "vault.id") == 0 ? vv_vault_id_parse(payload, value, err) : VV_OK;
}

vv_status vv_vault_id_read(vv_cid *out, vv_repository *r, vv_error *err)
{
	memset(out, 0, sizeof(*out));
	return vv_blocks_config_each(r, take_id, out, err);
}

/* --- holders --------------------------------------------------------------------------------- */

void vv_holder_configs_clear(vv_holder_configs *c)
{
	vv_array_clear(c->items, c->count, it, vv_free_all(it->name, it->url, it->domain, it->key));
	memset(c, 0, sizeof(*c));
}

const vv_holder_config *vv_holder_config_find(const vv_holder_configs *c, const char *name)
{
	return vv_array_find(c->items, c->count, it, strcmp(it->name, name) == 0);
}

vv_status vv_holder_fail_unknown(const char *name, vv_status code, vv_error *err)
{
	vv_fail(err, code, "no such holder '%s'", vv_text_shows(name));
	return vv_hint_code(err, VV_HINT_HOLDER_LIST);
}

static vv_status entry_of(vv_holder_configs *c, const char *name, size_t len,
			  vv_holder_config **out, vv_error *err)
{
	*out = vv_array_find(c->items, c->count, it,
			     strlen(it->name) == len && memcmp(it->name, name, len) == 0);
	if (*out) return VV_OK;
	char *copy = vv_strndup(name, len);
	if (!vv_array_own(c->items, c->count, c->cap, copy, (vv_holder_config){.name = copy})) {
		return vv_fail_nomem(err);
	}
	*out = &c->items[c->count - 1];
	return VV_OK;
}

/* "holder.NAME.url". */
static vv_status on_entry(void *payload, const char *key, const char *value,
			  const char *level VV_UNUSED, vv_error *err)
{
	const char *name = key + 7, *last = strrchr(key, '.');
	vv_holder_config *h = NULL;
	vv_status rc;

	if (strncmp(key, "holder.", 7) != 0 || !last || last <= name) return VV_OK;
	if ((rc = entry_of(payload, name, (size_t)(last - name), &h, err)) < 0) return rc;
	char **text = NULL;

	if (strcmp(last, ".url") == 0) {
		text = &h->url;
	} else if (strcmp(last, ".domain") == 0) {
		text = &h->domain;
	} else if (strcmp(last, ".key") == 0) {
		text = &h->key;
	}
	if (text) {
		return vv_text_set(text, value, err);
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

static bool has_password(const char *url)
{
	vv_auto(vv_url) u = {0};

	return vv_url_read(&u, url, VV_IGNORED) == VV_OK && u.secret;
}

vv_status vv_holder_configs_read(vv_holder_configs *out, vv_repository *r, vv_error *err)
{
	memset(out, 0, sizeof(*out));
	vv_status rc = vv_config_each(r, "holder.", on_entry, out, err);
	for (size_t i = 0; rc == VV_OK && i < out->count; i++) {
		if (!out->items[i].url) {
			rc = vv_fail(err, VV_EINPUT, "the holder '%s' has no URL in the settings",
				     vv_text_shows(out->items[i].name));
		} else if (has_password(out->items[i].url)) {
			rc = vv_fail(
				err, VV_EINPUT,
				"the URL of the holder '%s' has a password, which all readers of "
				"the vault could see\nset 'git config holder.%s.url' to the URL "
				"without the password, and store it in a credential helper of Git",
				vv_text_shows(out->items[i].name),
				vv_text_shows(out->items[i].name));
		}
	}
	if (rc < 0) {
		vv_holder_configs_clear(out);
	} else if (out->count > 0) {
		qsort(out->items, out->count, sizeof(*out->items), vv_text_order);
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
			      "'%s' is not a valid name for a holder\nuse only letters, digits, "
			      "'-' and '_'",
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
