multer({ dest: 'media/' })
