/*
 * policy: checks which of its settings go together.
 */
#include "cmd/vault/work/policy.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "lib/remotes/blocks_config.h"
#include "lib/remotes/vault_config.h"

#define FILE_NAME VV_BLOCKS_CONFIG

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
				 "'%s' is not a code K+M such as 4+2, with K of at least 2, M of at least 1 and a sum of at most %u",
				 vv_text_shows(text), VV_STRIPE_MAX);
}

static vv_status take_code(vv_code *out, const char *value, vv_error *err)
{
	if (vv_vault_code_read(out, value, err) < 0) {
		vv_prefix(err, FILE_NAME ": vault.code");
		return vv_recode(err, VV_EINPUT);
	}
	return VV_OK;
}

static vv_status take_policy_setting(void *payload, const char *key, const char *value,
				     const char *level VV_UNUSED, vv_error *err)
{
	vv_vault_policy *p = payload;

	value = value ? value : "";
	if (strcmp(key, "vault.id") == 0) return vv_vault_id_parse(&p->vault, value, err);
	if (strcmp(key, "vault.copies") == 0) {
		return take_number(&p->copies, "copies", value, err);
	}
	if (strcmp(key, "vault.code") == 0) return take_code(&p->code, value, err);
	if (strcmp(key, "vault.min") == 0) return take_number(&p->min, "min", value, err);
	return VV_OK;
}

vv_status vv_vault_policy_read(vv_vault_policy *out, vv_repository *r, vv_error *err)
{
	memset(out, 0, sizeof(*out));
	vv_status rc = vv_blocks_config_each(r, take_policy_setting, out, err);
	if (rc == VV_OK && out->code.data > 0) {
		rc = out->copies > 0
			     ? vv_fail(err, VV_EINPUT,
				       FILE_NAME ": vault.code and vault.copies cannot both be set")
			     : VV_OK;
		out->copies = out->code.parity + 1;
	}
	return rc;
}

vv_status vv_vault_policy_write(const vv_vault_policy *p, vv_repository *r, vv_error *err)
{
	char cid[VV_CID_TEXT + 1], copies[16], min[16], code[24];
	const bool striped = p->code.data > 0;
	vv_blocks_config_line lines[4] = {{"vault.id", cid, false},
					  {striped ? "vault.copies" : "vault.code", NULL, false}};
	vv_auto(char) *path = vv_blocks_config_path(r);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	size_t count = 2;
	vv_status rc;

	vv_cid_text(cid, &p->vault);
	(void)snprintf(copies, sizeof(copies), "%u", p->copies);
	(void)snprintf(min, sizeof(min), "%u", p->min);
	(void)snprintf(code, sizeof(code), "%u+%u", p->code.data, p->code.parity);
	if (striped || p->copies > 0) {
		lines[count++] = striped ? (vv_blocks_config_line){"vault.code", code, false}
					 : (vv_blocks_config_line){"vault.copies", copies, false};
	}
	if (p->min > 0) {
		lines[count++] = (vv_blocks_config_line){"vault.min", min, false};
	}
	if ((rc = vv_blocks_config_text(&text, r, err)) < 0 ||
	    (rc = vv_blocks_config_change(&text, r, lines, count, err)) < 0) {
		return rc;
	}
	return vv_write_file(path, vv_buf_cstr(&text), text.len, true, err);
}
