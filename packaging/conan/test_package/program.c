/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <wirestamp/wirestamp.h>

int main(void) {
    wst_context *context = NULL;
    if (wst_context_create(NULL, &context, NULL) != WST_OK)
        return 1;
    printf("%s\n", wst_version_string());
    return wst_context_close(context, NULL) == WST_OK ? 0 : 2;
}
