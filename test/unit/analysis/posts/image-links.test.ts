import { describe, expect, it } from "vitest";
import { detectImages } from "../../../../lib/analysis/posts/image-links.ts";

describe("the image of a link post", () => {
  it.each([
    { url: "https://i.redd.it/abc123.jpg", image: "https://i.redd.it/abc123.jpg" },
    { url: "http://i.redd.it/abc123.png?x=1#y", image: "https://i.redd.it/abc123.png" },
    { url: "https://i.redd.it/abc123", image: "https://i.redd.it/abc123" },
    { url: "https://I.REDD.IT/abc123.JPG", image: "https://i.redd.it/abc123.JPG" },
    { url: "https://preview.redd.it/abc123.png?width=640&amp;s=f00", image: "https://i.redd.it/abc123.png" },
    { url: "https://preview.redd.it/my-gains-v0-abc123.jpeg?s=f00", image: "https://i.redd.it/abc123.jpeg" },
    { url: "https://i.imgur.com/AbC12.jpg", image: "https://i.imgur.com/AbC12.jpg" },
    { url: "https://imgur.com/AbC12.png?1", image: "https://i.imgur.com/AbC12.png" },
    { url: "https://imgur.com/AbC1234", image: "https://i.imgur.com/AbC1234.jpg" },
    { url: "https://m.imgur.com/AbC1234", image: "https://i.imgur.com/AbC1234.jpg" },
    { url: "https://www.imgur.com/AbC12.jpeg", image: "https://i.imgur.com/AbC12.jpeg" },
  ])("$url is $image", ({ url, image }) => {
    expect(detectImages({ url, galleryUrls: [] })).toEqual([image]);
  });

  it.each([
    null,
    "",
    "not a link",
    "/r/wallstreetbets/comments/abc/title/",
    "https://www.reddit.com/r/wallstreetbets/comments/abc/title/",
    "https://www.reddit.com/gallery/abc",
    "https://v.redd.it/abc123",
    "https://i.redd.it/",
    "https://i.redd.it/abc123.mp4",
    "https://external-preview.redd.it/abc123.jpg?s=f00",
    "https://preview.redd.it/award_images/t5_x/abc_award.png?width=16",
    "https://preview.redd.it/abc123",
    "https://imgur.com/a/AbC12",
    "https://imgur.com/gallery/AbC12",
    "https://imgur.com/gallery",
    "https://imgur.com/t/stonks/AbC12",
    "https://i.imgur.com/AbC12.gifv",
    "https://i.imgur.com/AbC12.mp4",
    "https://imgur.com/",
    "https://example.com/abc.jpg",
    "https://i.redd.it.example.com/abc.jpg",
    "https://noti.redd.it/abc.jpg",
    "https://evilimgur.com/AbC12.jpg",
    "https://i.redd.it@example.com/abc.jpg",
    "ftp://i.redd.it/abc.jpg",
    "javascript:alert(1)//i.redd.it/abc.jpg",
    "file:///etc/passwd",
  ])("%s is none", (url) => {
    expect(detectImages({ url, galleryUrls: [] })).toEqual([]);
  });

  it("never carries a port or a user name into the request", () => {
    const url = "https://user:secret@i.redd.it:8443/abc.jpg";
    expect(detectImages({ url, galleryUrls: [] })).toEqual(["https://i.redd.it/abc.jpg"]);
  });
});

describe("the images of a gallery", () => {
  it("are listed one by one in their order, each once, what is no image left out", () => {
    expect(
      detectImages({
        url: "https://www.reddit.com/gallery/abc",
        galleryUrls: [
          "https://preview.redd.it/two.jpg?width=100",
          "https://i.redd.it/one.png",
          "https://external-preview.redd.it/x.jpg",
          "https://i.redd.it/two.jpg",
        ],
      }),
    ).toEqual(["https://i.redd.it/two.jpg", "https://i.redd.it/one.png"]);
  });
});
