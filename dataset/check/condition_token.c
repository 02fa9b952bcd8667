/*
 * condition_token: knows how the text of a condition falls into words, and how a place in it
 * is told.
 */
#include <string.h>

#include "base/text.h"
#include "dataset/check/condition_internal.h"

vv_status vv_tokens_fail(const vv_tokens *p, size_t at, const char *what, const char *word,
			 size_t len)
{
	size_t character = 1;

	for (size_t i = 0; i < at; i++) {
		character += ((unsigned char)p->text[i] & 0xC0) != 0x80;
	}
	if (word) {
		return vv_fail(p->err, VV_EINPUT, "character %zu of the condition: %s '%s'",
			       character, what, vv_text_show(word, len));
	}
	return vv_fail(p->err, VV_EINPUT, "character %zu of the condition: %s", character, what);
}

static bool is_letter(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_' ||
	       (unsigned char)ch >= 0x80;
}

static bool is_digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

/* A name or string in quotes; the quote is written twice inside. */
static vv_status read_quoted(vv_tokens *p, char quote)
{
	vv_token *t = &p->now;
	char *out = vv_arena_alloc(p->arena, p->len - p->pos + 1);
	size_t i = p->pos + 1;

	if (!out) {
		return vv_fail_nomem(p->err);
	}
	t->text = out;
	t->len = 0;
	for (; i < p->len; i++) {
		if (p->text[i] == quote && (i + 1 == p->len || p->text[i + 1] != quote)) {
			break;
		}
		i += p->text[i] == quote;
		out[t->len++] = p->text[i];
	}
	if (i == p->len) {
		return vv_tokens_fail(p, p->pos,
				      quote == '\'' ? "a text that does not end"
						    : "a name that does not end",
				      NULL, 0);
	}
	out[t->len] = '\0';
	t->type = quote == '\'' ? VV_TOKEN_STRING : VV_TOKEN_QUOTED;
	p->pos = i + 1;
	return VV_OK;
}

static void read_number(vv_tokens *p)
{
	size_t i = p->pos;

	while (i < p->len && is_digit(p->text[i])) {
		i++;
	}
	if (i + 1 < p->len && p->text[i] == '.' && is_digit(p->text[i + 1])) {
		for (i++; i < p->len && is_digit(p->text[i]); i++) {
		}
	}
	if (i < p->len && (p->text[i] == 'e' || p->text[i] == 'E')) {
		size_t k = i + 1;

		k += k < p->len && (p->text[k] == '-' || p->text[k] == '+');
		if (k < p->len && is_digit(p->text[k])) {
			for (i = k; i < p->len && is_digit(p->text[i]); i++) {
			}
		}
	}
	p->now.type = VV_TOKEN_NUMBER;
	p->pos = i;
}

static vv_status read_sign(vv_tokens *p)
{
	static const char *const signs[] = {"<=", ">=", "<>", "!=", "==", "<", ">", "=",
					    "+",  "-",  "*",  "/",  "(",  ")", ",", NULL};

	for (size_t i = 0; signs[i]; i++) {
		size_t n = strlen(signs[i]);

		if (p->len - p->pos >= n && memcmp(p->text + p->pos, signs[i], n) == 0) {
			p->now.type = VV_TOKEN_SIGN;
			p->pos += n;
			return VV_OK;
		}
	}
	return vv_tokens_fail(p, p->pos, "not understood:", p->text + p->pos, 1);
}

vv_status vv_tokens_next(vv_tokens *p)
{
	vv_token *t = &p->now;
	vv_status rc = VV_OK;
	char ch;

	while (p->pos < p->len && strchr(" \t\r\n", p->text[p->pos]) && p->text[p->pos] != '\0') {
		p->pos++;
	}
	t->at = p->pos;
	t->text = p->text + p->pos;
	if (p->pos == p->len) {
		t->type = VV_TOKEN_END;
		t->end = p->pos;
		t->len = 0;
		return VV_OK;
	}
	ch = p->text[p->pos];
	if (ch == '\'' || ch == '"' || ch == '`') {
		rc = read_quoted(p, ch);
		t->end = p->pos;
		return rc;
	}
	if (is_letter(ch)) {
		t->type = VV_TOKEN_NAME;
		while (p->pos < p->len &&
		       (is_letter(p->text[p->pos]) || is_digit(p->text[p->pos]))) {
			p->pos++;
		}
	} else if (is_digit(ch) ||
		   (ch == '.' && p->pos + 1 < p->len && is_digit(p->text[p->pos + 1]))) {
		read_number(p);
	} else {
		rc = read_sign(p);
	}
	t->end = p->pos;
	t->len = p->pos - t->at;
	return rc;
}

bool vv_token_is_word(const vv_token *t, const char *word)
{
	if (t->type != VV_TOKEN_NAME || t->len != strlen(word)) {
		return false;
	}
	for (size_t i = 0; i < t->len; i++) {
		char ch = t->text[i];

		if ((ch >= 'A' && ch <= 'Z' ? ch - 'A' + 'a' : ch) != word[i]) {
			return false;
		}
	}
	return true;
}

bool vv_token_is_sign(const vv_token *t, const char *sign)
{
	return t->type == VV_TOKEN_SIGN && t->len == strlen(sign) &&
	       memcmp(t->text, sign, t->len) == 0;
}
