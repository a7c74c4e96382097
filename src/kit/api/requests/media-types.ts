/** JSON Merge Patch (RFC 7396). */
export const mergePatchMediaType = 'application/merge-patch+json';
