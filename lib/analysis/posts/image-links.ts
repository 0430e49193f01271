/** Where the images of a post may stand. */
export interface LinkedPost {
  url: string | null;
  galleryUrls: readonly string[];
}

const imageFile = /\.(?:jpe?g|png|webp|gif)$/i;
const videoFile = /\.(?:gifv|mp4|webm)$/i;

/**
 * The images of a post as `https` addresses, each once, the post's own link first (spec pipeline 2.3). Previews are
 * named by the file they show; albums, videos, other hosts and Reddit's proxied previews of them are not images.
 */
export function detectImages(post: LinkedPost): string[] {
  const found = [post.url, ...post.galleryUrls].map((url) => (url === null ? null : imageAddress(url)));
  return [...new Set(found.filter((address) => address !== null))];
}

// The address is built anew from host and path: a port, a user name or a query of the link never gets into a request.
function imageAddress(link: string): string | null {
  const url = URL.parse(link);
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  const path = url.pathname.replace(/\/{2,}/g, "/");
  if (isHost(url, "i.redd.it")) return path === "/" || videoFile.test(path) ? null : `https://i.redd.it${path}`;
  if (isHost(url, "preview.redd.it")) return previewedFile(path);
  if (isHost(url, "imgur.com")) return imgurImage(path);
  return null;
}

function isHost(url: URL, host: string): boolean {
  return url.hostname === host || url.hostname.endsWith(`.${host}`);
}

/** `/title-of-the-post-v0-abc.jpg` and `/abc.jpg` both show i.redd.it/abc.jpg; files in folders are awards and emotes. */
function previewedFile(path: string): string | null {
  const file = /^\/(?:.+-v\d+-)?([^/-]+)$/.exec(path)?.[1];
  return file !== undefined && imageFile.test(file) ? `https://i.redd.it/${file}` : null;
}

/** A file, or the page of a single image (`/AbC12`), which names its file; everything in a folder is an album. */
function imgurImage(path: string): string | null {
  const name = path.slice(1);
  if (/^\w+$/.test(name))
    return /^\w{5,8}$/.test(name) && name !== "gallery" ? `https://i.imgur.com/${name}.jpg` : null;
  return /^\w+\.\w+$/.test(name) && imageFile.test(name) ? `https://i.imgur.com/${name}` : null;
}
